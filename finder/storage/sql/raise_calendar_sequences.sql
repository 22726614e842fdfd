-- $1 ids of occurrences whose published content changes, $2 number of the publication that changes it
INSERT INTO calendar_sequence (occurrence, publication, sequence)
SELECT changed.id, $2, 1 + coalesce(
    (SELECT max(sequence) FROM calendar_sequence WHERE occurrence = changed.id AND publication < $2), 0)
FROM unnest($1::text[]) AS changed (id)
