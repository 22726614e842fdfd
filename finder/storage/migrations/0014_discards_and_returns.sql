-- What a release builds on, releases that were discarded, and what a rollback returned to.

-- The release of the same kind that was live when this one was loaded, or the staged one that it continues. NULL for the
-- first of a kind, and for releases loaded before this column existed.
ALTER TABLE release ADD COLUMN base integer REFERENCES release;

-- A discarded release was given up while it was staged; its rows are removed like those of a pruned one.
ALTER TABLE release_pruning ADD COLUMN discarded boolean NOT NULL DEFAULT false;

-- A rollback makes a new publication. For each kind, or for each team of the directory, this is the earlier publication
-- whose rows it brought back. The next rollback goes on from there, so that it never brings a mistake back.
CREATE TABLE publication_return (
    publication integer NOT NULL REFERENCES publication,
    kind        text    NOT NULL CHECK (kind IN ('postcodes', 'wards', 'directory')),
    team        text    NOT NULL DEFAULT '',
    returned_to integer NOT NULL REFERENCES publication,
    PRIMARY KEY (publication, kind, team),
    CHECK (returned_to < publication),
    CHECK (team = '' OR kind = 'directory')
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON publication_return
FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- Rollbacks made before this table existed: each returned to the last earlier publication that had the same release.
INSERT INTO publication_return (publication, kind, returned_to)
SELECT rolled_back.number, kind.name, max(earlier.number)
FROM publication AS rolled_back
CROSS JOIN LATERAL (VALUES ('postcodes', rolled_back.postcodes), ('wards', rolled_back.wards),
                           ('directory', rolled_back.directory)) AS kind (name, release)
JOIN publication AS earlier
    ON earlier.number < rolled_back.number - 1
    AND CASE kind.name WHEN 'postcodes' THEN earlier.postcodes WHEN 'wards' THEN earlier.wards
                       ELSE earlier.directory END = kind.release
JOIN publication AS previous ON previous.number = rolled_back.number - 1
WHERE rolled_back.note = 'rollback'
  AND CASE kind.name WHEN 'postcodes' THEN previous.postcodes WHEN 'wards' THEN previous.wards
                     ELSE previous.directory END <> kind.release
GROUP BY rolled_back.number, kind.name;

ALTER TABLE journal DROP CONSTRAINT journal_action_check;
ALTER TABLE journal ADD CONSTRAINT journal_action_check CHECK (action IN
    ('load', 'refuse', 'publish', 'schedule', 'roll back', 'surgery', 'withdraw', 'prune', 'discard'));

-- A release that was only checked, or was refused, gives its number back, so that numbers have no gaps that nobody can
-- explain. Both functions take one lock for as long as they run: no number is handed out between reading and setting.
CREATE FUNCTION take_release_number() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    taken integer;
BEGIN
    PERFORM pg_advisory_lock(7310005);
    taken := nextval(pg_get_serial_sequence('release', 'number'));
    PERFORM pg_advisory_unlock(7310005);
    RETURN taken;
END
$$;

CREATE FUNCTION give_release_number_back(unused integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    last integer;
BEGIN
    PERFORM pg_advisory_lock(7310005);
    EXECUTE format('SELECT last_value FROM %s', pg_get_serial_sequence('release', 'number')) INTO last;
    IF last = unused AND NOT EXISTS (SELECT FROM release WHERE number = unused) THEN
        PERFORM setval(pg_get_serial_sequence('release', 'number'), unused, false);
    END IF;
    PERFORM pg_advisory_unlock(7310005);
END
$$;
