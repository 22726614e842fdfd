-- $1 number of a postcodes release
-- $2, $3 the first postcode, and the one after the last: callers read one first letter at a time
-- One packed value: 34 bytes a postcode, numbers big-endian, as _PACKED in postcode_store.py. Sorted by the spelling
-- without a space, in which lookups search.
SELECT string_agg(
           convert_to(rpad(replace(postcode, ' ', ''), 7), 'SQL_ASCII')
           || int4send(easting) || int4send(northing) || int2send(positional_quality) || int4send(retired_on)
           || convert_to(rpad(district, 9), 'SQL_ASCII'),
           ''::bytea ORDER BY replace(postcode, ' ', '') COLLATE "C") AS packed
FROM postcode
WHERE release = $1 AND postcode >= $2 AND postcode < $3
