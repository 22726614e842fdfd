-- $1 number of a publication
SELECT occurrence, max(sequence) AS sequence
FROM calendar_sequence
WHERE publication <= $1
GROUP BY occurrence
