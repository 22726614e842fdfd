-- Releases, the files they came from, and the publications that choose among them.

CREATE TABLE release (
    number    integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      text        NOT NULL CHECK (kind IN ('postcodes', 'wards', 'directory')),
    staged_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (number, kind)
);

-- What the checks found; written last in the transaction that stages a release, when all its rows have been seen.
CREATE TABLE release_report (
    release   integer NOT NULL PRIMARY KEY REFERENCES release ON DELETE CASCADE,
    row_count integer NOT NULL CHECK (row_count >= 0),
    warnings  integer NOT NULL CHECK (warnings >= 0),
    findings  jsonb   NOT NULL
);

CREATE TABLE release_source (
    release   integer     NOT NULL REFERENCES release ON DELETE CASCADE,
    part      text        NOT NULL CHECK (part IN
                  ('postcodes', 'wards', 'teams', 'coverage', 'officers', 'priorities', 'surgeries')),
    name      text        NOT NULL,
    sha256    text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    bytes     bigint      NOT NULL CHECK (bytes >= 0),
    loaded_by text        NOT NULL,
    loaded_at timestamptz NOT NULL,
    PRIMARY KEY (release, part)
);

-- Each of the three references carries its kind, so that a publication cannot name wards as its postcodes.
CREATE TABLE publication (
    number         integer     PRIMARY KEY CHECK (number > 0),
    live_from      timestamptz NOT NULL,
    made_at        timestamptz NOT NULL DEFAULT now(),
    made_by        text        NOT NULL,
    note           text        NOT NULL,
    postcodes      integer     NOT NULL,
    wards          integer     NOT NULL,
    directory      integer     NOT NULL,
    postcodes_kind text        NOT NULL GENERATED ALWAYS AS ('postcodes') STORED,
    wards_kind     text        NOT NULL GENERATED ALWAYS AS ('wards') STORED,
    directory_kind text        NOT NULL GENERATED ALWAYS AS ('directory') STORED,
    FOREIGN KEY (postcodes, postcodes_kind) REFERENCES release (number, kind),
    FOREIGN KEY (wards, wards_kind) REFERENCES release (number, kind),
    FOREIGN KEY (directory, directory_kind) REFERENCES release (number, kind)
);
