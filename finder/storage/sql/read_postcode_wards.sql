-- $1 number of a postcodes release
-- $2, $3 the first postcode, and the one after the last: callers read one first letter at a time
-- One packed value, nine bytes a postcode: the supplier's own ward code, in the order of read_postcodes.sql.
SELECT string_agg(
           convert_to(rpad(ward, 9), 'SQL_ASCII'),
           ''::bytea ORDER BY replace(postcode, ' ', '') COLLATE "C") AS packed
FROM postcode
WHERE release = $1 AND postcode >= $2 AND postcode < $3
