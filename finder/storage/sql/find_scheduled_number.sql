-- The number of the scheduled publication; no row if there is none.
SELECT number
FROM publication
WHERE live_from > clock_timestamp()
  AND number NOT IN (SELECT publication FROM publication_withdrawal)
ORDER BY number DESC
LIMIT 1
