-- Whether a standby is asked that does not have a publication yet. A primary is the record, whatever it has.
-- $1 number of the publication
SELECT pg_is_in_recovery() AND NOT EXISTS (SELECT FROM publication WHERE number = $1)
