-- $1 who, $2 action, $3 note, $4 part, $5 file, $6 SHA-256, $7 bytes, $8 errors, $9 warnings, $10 release,
-- $11 publication. The database sets number, moment, role and hashes; the claims are those of the connection.
INSERT INTO journal (who, action, note, part, file, sha256, bytes, errors, warnings, release, publication, claims)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, coalesce(current_setting('finder.claims', true), ''))
