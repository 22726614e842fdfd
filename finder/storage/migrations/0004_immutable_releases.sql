-- A staged release is never altered: what was checked is what is served, and what is gone back to.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'releases and publications are immutable: % on % is refused', TG_OP, TG_TABLE_NAME;
END
$$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['release', 'release_report', 'release_source', 'publication', 'postcode', 'ward',
                                'team', 'coverage', 'officer', 'priority', 'surgery', 'surgery_change']
    LOOP
        EXECUTE format('CREATE TRIGGER immutable BEFORE UPDATE ON %I FOR EACH STATEMENT '
                       'EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
END
$$;
