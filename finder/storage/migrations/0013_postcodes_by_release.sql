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

-- Let a table belong to whom another one does, with the same rights of others: a load by a superuser must not take the
-- postcodes from the owner of the database, whose back-up reads every table by itself.
CREATE FUNCTION entrust_like(made regclass, model regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    held record;
BEGIN
    SELECT relowner AS owner, relacl AS rights INTO held FROM pg_class WHERE oid = model;
    EXECUTE format('ALTER TABLE %s OWNER TO %I', made, pg_get_userbyid(held.owner));
    FOR held IN
        SELECT privilege_type AS name,
               CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS holder,
               CASE WHEN is_grantable THEN 'WITH GRANT OPTION' ELSE '' END AS passed_on
        FROM aclexplode(held.rights) WHERE grantee <> held.owner
    LOOP
        EXECUTE format('GRANT %s ON %s TO %s %s', held.name, made, held.holder, held.passed_on);
    END LOOP;
END
$$;

SELECT entrust_like('postcode', 'postcode_before');

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
    PERFORM entrust_like(made::regclass, 'postcode');
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

-- Give back the room that keys of pruned releases still have: no row comes into these tables any more that could use it.
-- TRUNCATE takes rows from who still reads an older state, a back-up for example. So it is for tables of which VACUUM has
-- left nothing but the key, since nobody could see a row any more, and that nobody uses: nobody waits either.
CREATE FUNCTION give_room_back() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    made text;
BEGIN
    FOR made IN
        SELECT held.name
        FROM release_pruning
        CROSS JOIN LATERAL (SELECT format('postcode_%s', release_pruning.release) AS name) AS held
        WHERE pg_relation_size(to_regclass(held.name)) = 0
              AND pg_indexes_size(to_regclass(held.name)) > current_setting('block_size')::integer
    LOOP
        BEGIN
            EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE NOWAIT', made);
            EXECUTE format('TRUNCATE %I', made);
        EXCEPTION WHEN lock_not_available OR insufficient_privilege THEN
            NULL;  -- the next time, then, or by the owner
        END;
    END LOOP;
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
