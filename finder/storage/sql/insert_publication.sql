-- $1 made by, $2 note, $3 postcodes release, $4 wards release, $5 directory release, $6 live from, NULL for at once
-- Numbers rise by one without gaps; the caller holds the publishing lock. clock_timestamp, because the transaction may
-- have started well before the publication is ready.
INSERT INTO publication (number, live_from, made_by, note, postcodes, wards, directory)
SELECT coalesce(max(number), 0) + 1, coalesce($6, clock_timestamp()), $1, $2, $3, $4, $5
FROM publication
RETURNING number
