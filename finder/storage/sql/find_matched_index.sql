-- $1 number of a postcodes release, $2 of a wards release, $3 layout of the bytes
SELECT number, size, sha256
FROM ground
WHERE postcodes = $1 AND wards = $2 AND layout = $3
