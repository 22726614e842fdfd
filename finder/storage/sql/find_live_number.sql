-- The number of the live publication; no row where nothing is live yet.
SELECT number
FROM publication
WHERE live_from <= now()
ORDER BY number DESC
LIMIT 1
