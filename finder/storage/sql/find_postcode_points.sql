-- $1 number of a postcodes release
-- $2 postcodes in their canonical spelling; those that the release does not hold are left out
SELECT postcode, easting, northing
FROM postcode
WHERE release = $1 AND postcode = ANY($2)
