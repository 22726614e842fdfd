-- $1 number of a directory release
SELECT id, team, title, starts_at, ends_at, recurrence, venue_name, venue_address, venue_postcode, venue_access, online_url
FROM surgery
WHERE release = $1
ORDER BY position
