-- The number of the publication that waits for its moment; no row where none does.
SELECT number
FROM publication
WHERE live_from > clock_timestamp()
  AND number NOT IN (SELECT publication FROM publication_withdrawal)
ORDER BY number DESC
LIMIT 1
