-- $1 number of a publication
-- Whether this server is a standby that has not received the publication yet. A primary is never behind,
-- even after an older backup was restored.
SELECT pg_is_in_recovery() AND NOT EXISTS (SELECT FROM publication WHERE number = $1)
