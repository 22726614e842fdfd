-- Who did what, when, from which file, with which result. Rows are only ever added.

CREATE TABLE journal (
    number      integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    who         text        NOT NULL,
    action      text        NOT NULL CHECK (action IN
                    ('load', 'refuse', 'publish', 'schedule', 'roll back', 'surgery', 'withdraw', 'prune')),
    note        text        NOT NULL,
    part        text,
    file        text,
    sha256      text        CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    bytes       bigint      CHECK (bytes >= 0),
    errors      integer     CHECK (errors >= 0),
    warnings    integer     CHECK (warnings >= 0),
    release     text,     -- as staff name it, wards-3: no reference, because the journal outlives what it tells of
    publication integer
);

CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP;
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
