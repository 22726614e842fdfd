-- $1 number of a publication
-- Withdrawn ones were never shown to anybody, and their releases may have been pruned.
SELECT directory
FROM publication
WHERE number < $1
  AND number NOT IN (SELECT publication FROM publication_withdrawal)
ORDER BY number DESC
LIMIT 1
