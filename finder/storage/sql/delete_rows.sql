-- $1 number of a release: its rows of every kind; what hangs on a team or a surgery goes with it.
WITH postcodes AS (DELETE FROM postcode WHERE release = $1),
     wards AS (DELETE FROM ward WHERE release = $1)
DELETE FROM team
WHERE release = $1
