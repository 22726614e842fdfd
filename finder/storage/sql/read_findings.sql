-- $1 number of a release
SELECT findings
FROM release_report
WHERE release = $1
