-- $1 number of a matched index, $2 position of the piece
SELECT piece
FROM ground_piece
WHERE ground = $1 AND position = $2
