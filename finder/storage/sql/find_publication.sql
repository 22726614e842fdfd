-- $1 number of the publication
SELECT number, live_from, made_by, note, postcodes, wards, directory
FROM publication
WHERE number = $1
