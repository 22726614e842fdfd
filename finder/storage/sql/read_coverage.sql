-- $1 number of a directory release
SELECT gss_code, team
FROM coverage
WHERE release = $1
ORDER BY gss_code
