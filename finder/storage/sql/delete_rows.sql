-- $1 number of a release: its rows of every kind; what hangs on a team, a surgery or a ground goes with it.
WITH postcodes AS (DELETE FROM postcode WHERE release = $1),
     wards AS (DELETE FROM ward WHERE release = $1),
     grounds AS (DELETE FROM ground WHERE postcodes = $1 OR wards = $1)
DELETE FROM team
WHERE release = $1
