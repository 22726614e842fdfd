-- $1 number of a directory release
SELECT surgery, occurrence, status, starts_at, ends_at, venue_name, venue_address, venue_postcode, venue_access, online_url, reason
FROM surgery_change
WHERE release = $1
ORDER BY surgery, occurrence
