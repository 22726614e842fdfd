-- $1 kind. Its rows, sources and report follow in the same transaction.
INSERT INTO release (kind)
VALUES ($1)
RETURNING number
