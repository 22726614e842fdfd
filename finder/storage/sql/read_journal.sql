-- $1 how many entries, NULL for all; the newest, oldest first
SELECT number, at, who, action, note, part, file, sha256, bytes, errors, warnings, release, publication
FROM (SELECT number, at, who, action, note, part, file, sha256, bytes, errors, warnings, release, publication
      FROM journal ORDER BY number DESC LIMIT $1) AS newest
ORDER BY number
