-- Every entry of the journal: its number, the hash before it, its own hash, and the values that this is made of, as text
-- in the order of the function journal_hash.
SELECT number, previous, hash,
       ARRAY[number::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), who, claims, database_role,
             action, note, part, file, sha256, bytes::text, errors::text, warnings::text, release, publication::text]
FROM journal
ORDER BY number
