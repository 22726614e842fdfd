-- $1 kind, $2 number of the release that it builds on, or NULL. Its rows, sources and report follow in the same
-- transaction.
INSERT INTO release (number, kind, base)
OVERRIDING SYSTEM VALUE
VALUES (take_release_number(), $1, $2)
RETURNING number
