-- $1 number of a release whose rows of every kind are deleted. Rows that refer to a team, a surgery or a matched index are
-- deleted with it.
WITH postcodes AS (DELETE FROM postcode WHERE release = $1),
     wards AS (DELETE FROM ward WHERE release = $1),
     matched_indexes AS (DELETE FROM ground WHERE postcodes = $1 OR wards = $1)
DELETE FROM team
WHERE release = $1
