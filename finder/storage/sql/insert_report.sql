-- $1 release, $2 rows, $3 warnings, $4 findings as JSON
INSERT INTO release_report (release, row_count, warnings, findings)
VALUES ($1, $2, $3, $4)
