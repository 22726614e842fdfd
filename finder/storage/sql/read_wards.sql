-- $1 number of a wards release
SELECT gss_code, name, district, district_name, polygon
FROM ward
WHERE release = $1
ORDER BY gss_code
