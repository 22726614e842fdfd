-- The journal as a chain: each entry has a SHA-256 hash of itself and of the entry before it. An entry that is changed,
-- removed or put in later breaks the chain, which `finder journal --verify` shows.

ALTER TABLE journal ALTER COLUMN number DROP IDENTITY;
ALTER TABLE journal
    ADD COLUMN claims        text NOT NULL DEFAULT '',  -- names that the environment gave, like SUDO_USER=sam; unproved
    ADD COLUMN database_role text NOT NULL DEFAULT '',  -- who wrote the entry, as PostgreSQL knows
    ADD COLUMN previous      text,
    ADD COLUMN hash          text;

-- The hash of an entry and of the hash before it, over every value with its length in bytes; `-` stands for NULL.
-- finder/domain/journal_chain.py computes the same by itself.
CREATE FUNCTION journal_hash(entry journal) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(string_agg(
        coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value, '-'), '' ORDER BY place), 'UTF8')), 'hex')
    FROM unnest(ARRAY[
        entry.previous, entry.number::text, to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        entry.who, entry.claims, entry.database_role, entry.action, entry.note, entry.part, entry.file, entry.sha256,
        entry.bytes::text, entry.errors::text, entry.warnings::text, entry.release, entry.publication::text
    ]) WITH ORDINALITY AS held (value, place)
$$;

-- Entries are numbered without gaps and one after the other: the lock is held until the transaction ends.
CREATE FUNCTION chain_journal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    PERFORM pg_advisory_xact_lock(7310006);
    SELECT number, hash INTO last FROM journal ORDER BY number DESC LIMIT 1;
    NEW.number := coalesce(last.number, 0) + 1;
    NEW.at := clock_timestamp();
    NEW.database_role := session_user;
    NEW.previous := coalesce(last.hash, '');
    NEW.hash := journal_hash(NEW);
    RETURN NEW;
END
$$;

-- Entries made before this step get their hashes now.
ALTER TABLE journal DISABLE TRIGGER append_only;
DO $$
DECLARE
    entry journal;
    last  text := '';
BEGIN
    FOR entry IN SELECT * FROM journal ORDER BY number LOOP
        entry.previous := last;
        last := journal_hash(entry);
        UPDATE journal SET previous = entry.previous, hash = last WHERE number = entry.number;
    END LOOP;
END
$$;
ALTER TABLE journal ENABLE TRIGGER append_only;

ALTER TABLE journal
    ALTER COLUMN previous SET NOT NULL,
    ALTER COLUMN hash SET NOT NULL,
    ADD CHECK (hash ~ '^[0-9a-f]{64}$');

CREATE TRIGGER chained BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION chain_journal();

-- A loader is no owner. What needs the owner's rights, these functions do for it, and nothing else.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['take_release_number()', 'give_release_number_back(integer)', 'open_postcodes(integer)',
                                'close_postcodes(integer)', 'give_room_back()', 'delete_postcodes_of_release()']
    LOOP
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = %I, pg_temp', name, current_schema());
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name);
    END LOOP;
END
$$;
