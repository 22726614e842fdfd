-- Every publication, newest first.
SELECT number, live_from, made_by, note, postcodes, wards, directory,
       number IN (SELECT publication FROM publication_withdrawal) AS withdrawn
FROM publication
ORDER BY number DESC
