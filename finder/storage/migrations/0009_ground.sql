-- Matched indexes: the postcodes and wards of two releases, matched once by the command that publishes them, so that
-- workers need not do that. The bytes are described in finder/snapshot/matched_index.py. An index can be made again from
-- the rows of its releases at any time.
-- In pieces, so that neither server nor client ever holds all of it to hand it over.

CREATE TABLE ground (
    number    integer NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    postcodes integer NOT NULL REFERENCES release,
    wards     integer NOT NULL REFERENCES release,
    layout    integer NOT NULL,
    size      bigint  NOT NULL CHECK (size > 0),  -- bytes of all pieces
    sha256    bytea   NOT NULL CHECK (length(sha256) = 32),
    UNIQUE (postcodes, wards, layout)
);

CREATE TABLE ground_piece (
    ground   integer NOT NULL REFERENCES ground ON DELETE CASCADE,
    position integer NOT NULL,
    piece    bytea   NOT NULL,
    PRIMARY KEY (ground, position)
);

-- To compress it would take longer than to read it.
ALTER TABLE ground_piece ALTER piece SET STORAGE EXTERNAL;

CREATE TRIGGER immutable BEFORE UPDATE ON ground FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE ON ground_piece FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
