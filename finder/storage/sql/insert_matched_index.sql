-- $1 number of a postcodes release, $2 of a wards release, $3 layout of the bytes, $4 how many, $5 their SHA-256
-- Returns no row if there is one already.
INSERT INTO ground (postcodes, wards, layout, size, sha256)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (postcodes, wards, layout) DO NOTHING
RETURNING number
