-- $1 the role that is to own, $2 names of our tables. Returns the statements that hand over, in order: only those that a
-- superuser owns, and only if the user is a superuser.
WITH ours AS (
    SELECT held.oid, held.relowner
    FROM pg_class AS held
    WHERE held.relnamespace = current_schema()::regnamespace AND held.relkind IN ('r', 'p')
        AND (held.relname = ANY ($2::text[])
             OR held.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass('postcode')))
), superusers AS (
    SELECT oid FROM pg_roles WHERE rolsuper
)
SELECT statement AS sql
FROM (
    SELECT 0 AS place, format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', current_schema(), $1::text) AS statement
    UNION ALL
    SELECT 1, format('ALTER TABLE %s OWNER TO %I', oid::regclass, $1::text)
    FROM ours
    WHERE relowner IN (SELECT oid FROM superusers)
    UNION ALL
    SELECT 2, format('ALTER FUNCTION %s OWNER TO %I', pg_proc.oid::regprocedure, $1::text)
    FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND proowner IN (SELECT oid FROM superusers)
        AND proname IN ('chain_journal', 'close_postcodes', 'delete_postcodes_of_release', 'entrust_like',
                        'give_release_number_back', 'give_room_back', 'journal_hash', 'open_postcodes', 'refuse_change',
                        'refuse_rewriting', 'take_release_number')
) AS statements
WHERE (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
ORDER BY place
