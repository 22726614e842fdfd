-- $1 number of the publication
SELECT number, live_from, made_by, note, postcodes, wards, directory,
       number IN (SELECT publication FROM publication_withdrawal) AS withdrawn
FROM publication
WHERE number = $1
