-- $1 number of a ground; its pieces go with it
DELETE FROM ground
WHERE number = $1
