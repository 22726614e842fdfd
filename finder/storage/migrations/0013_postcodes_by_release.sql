-- The postcodes of each release in a table of its own, as a partition of `postcode`. They come in before that table has
-- its key and before anybody else sees it: the key takes half as long once all rows of the whole country are there as it
-- takes row by row, and a release that is refused leaves no dead rows behind. Nothing changes for who reads.

ALTER TABLE postcode RENAME TO postcode_before;
ALTER INDEX postcode_pkey RENAME TO postcode_before_pkey;
DROP TRIGGER immutable ON postcode_before;
DROP TRIGGER of_a_release ON postcode_before;
DROP FUNCTION refuse_postcodes_without_release();

CREATE TABLE postcode (
    LIKE postcode_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
    PRIMARY KEY (release, postcode)
) PARTITION BY LIST (release);

CREATE TRIGGER immutable BEFORE UPDATE ON postcode FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Make the table for the postcodes of a release, and give its name. There is no other way to hold postcodes, so none are
-- held without their release.
CREATE FUNCTION open_postcodes(opened integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    made text := format('postcode_%s', opened);
BEGIN
    PERFORM FROM release WHERE number = opened AND kind = 'postcodes' FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no release % for these postcodes', opened USING ERRCODE = 'foreign_key_violation';
    END IF;
    -- Because of the CHECK no row needs to be looked at when the table becomes a partition.
    EXECUTE format('CREATE TABLE %I (LIKE postcode INCLUDING DEFAULTS INCLUDING CONSTRAINTS, CHECK (release = %s))',
                   made, opened);
    EXECUTE format('CREATE TRIGGER immutable BEFORE UPDATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
                   made);
    RETURN made;
END
$$;

-- Give that table its key, now that its rows are in, and make it a part of `postcode`.
CREATE FUNCTION close_postcodes(opened integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    made text := format('postcode_%s', opened);
BEGIN
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (release, postcode)', made);
    EXECUTE format('ALTER TABLE postcode ATTACH PARTITION %I FOR VALUES IN (%s)', made, opened);
END
$$;

CREATE OR REPLACE FUNCTION delete_postcodes_of_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS %I', format('postcode_%s', OLD.number));
    RETURN NULL;
END
$$;

DO $$
DECLARE
    held integer;
BEGIN
    FOR held IN SELECT number FROM release WHERE kind = 'postcodes' ORDER BY number LOOP
        EXECUTE format('INSERT INTO %I SELECT * FROM postcode_before WHERE release = %s ORDER BY postcode',
                       open_postcodes(held), held);
        PERFORM close_postcodes(held);
    END LOOP;
END
$$;

DROP TABLE postcode_before;
