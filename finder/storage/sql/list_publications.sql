-- Every publication, newest first.
SELECT number, live_from, made_by, note, postcodes, wards, directory
FROM publication
ORDER BY number DESC
