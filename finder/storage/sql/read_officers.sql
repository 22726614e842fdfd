-- $1 number of a directory release
SELECT team, name, rank
FROM officer
WHERE release = $1
ORDER BY position
