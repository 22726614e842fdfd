-- $1 number of a directory release
SELECT team, issue, issued_on, action, action_on
FROM priority
WHERE release = $1
ORDER BY position
