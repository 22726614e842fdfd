-- $1 number of a directory release
SELECT id, name, force_id, area, description, contact
FROM team
WHERE release = $1
ORDER BY position
