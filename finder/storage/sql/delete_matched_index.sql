-- $1 number of a matched index; its pieces are deleted with it
DELETE FROM ground
WHERE number = $1
