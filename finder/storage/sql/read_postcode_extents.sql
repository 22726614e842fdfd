-- $1 number of a postcodes release
-- The extent of the postcodes that the supplier puts into each ward and district.
SELECT ward, district, min(easting) AS west, min(northing) AS south, max(easting) AS east, max(northing) AS north
FROM postcode
WHERE release = $1 AND district <> ''
GROUP BY ward, district
