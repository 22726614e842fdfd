-- $1 number of a wards release
SELECT DISTINCT district, district_name
FROM ward
WHERE release = $1
ORDER BY district_name
