-- $1 how many of the newest entries, NULL for all. The oldest of them comes first.
SELECT number, at, who, action, note, part, file, sha256, bytes, errors, warnings, release, publication, claims,
       database_role, hash
FROM (SELECT number, at, who, action, note, part, file, sha256, bytes, errors, warnings, release, publication, claims,
             database_role, hash
      FROM journal ORDER BY number DESC LIMIT $1) AS newest
ORDER BY number
