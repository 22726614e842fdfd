-- The number of the live publication; no row if nothing is live yet.
-- clock_timestamp, because now() is when the transaction started: one that waited for the publishing lock would not see
-- what went live while it waited.
SELECT number
FROM publication
WHERE live_from <= clock_timestamp()
  AND number NOT IN (SELECT publication FROM publication_withdrawal)
ORDER BY number DESC
LIMIT 1
