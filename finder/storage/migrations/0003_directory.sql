-- What a directory release holds. Surgery times are wall-clock in Europe/London.

CREATE TABLE team (
    release     integer  NOT NULL REFERENCES release ON DELETE CASCADE,
    id          text     NOT NULL COLLATE "C" CHECK (id ~ '^[a-z0-9-]{1,64}$'),
    position    integer  NOT NULL,  -- place in the file, so that answers keep the order that staff chose
    name        text     NOT NULL CHECK (name <> ''),
    force_id    text     NOT NULL,
    area        text     NOT NULL,
    description text     NOT NULL,
    contact     jsonb    NOT NULL,
    PRIMARY KEY (release, id)
);

CREATE TABLE coverage (
    release  integer NOT NULL,
    gss_code text    NOT NULL COLLATE "C",
    team     text    NOT NULL COLLATE "C",
    PRIMARY KEY (release, gss_code),
    FOREIGN KEY (release, team) REFERENCES team ON DELETE CASCADE
);

CREATE TABLE officer (
    release  integer NOT NULL,
    position integer NOT NULL,
    team     text    NOT NULL COLLATE "C",
    name     text    NOT NULL CHECK (name <> ''),
    rank     text    NOT NULL,
    PRIMARY KEY (release, position),
    FOREIGN KEY (release, team) REFERENCES team ON DELETE CASCADE
);

CREATE TABLE priority (
    release   integer NOT NULL,
    position  integer NOT NULL,
    team      text    NOT NULL COLLATE "C",
    issue     text    NOT NULL CHECK (issue <> ''),
    issued_on date    NOT NULL,
    action    text    NOT NULL,
    action_on date,
    PRIMARY KEY (release, position),
    FOREIGN KEY (release, team) REFERENCES team ON DELETE CASCADE
);

CREATE TABLE surgery (
    release        integer   NOT NULL,
    id             text      NOT NULL COLLATE "C" CHECK (id ~ '^[a-z0-9-]{1,64}$'),
    position       integer   NOT NULL,
    team           text      NOT NULL COLLATE "C",
    title          text      NOT NULL CHECK (title <> ''),
    starts_at      timestamp NOT NULL,
    ends_at        timestamp NOT NULL CHECK (ends_at > starts_at),
    recurrence     text      NOT NULL,  -- body of an RRULE; empty for a single date
    venue_name     text,
    venue_address  text,
    venue_postcode text,
    online_url     text      NOT NULL,
    PRIMARY KEY (release, id),
    FOREIGN KEY (release, team) REFERENCES team ON DELETE CASCADE
);

CREATE TABLE surgery_change (
    release        integer   NOT NULL,
    surgery        text      NOT NULL COLLATE "C",
    occurrence     timestamp NOT NULL,  -- the start that the series gives
    status         text      NOT NULL CHECK (status IN ('cancelled', 'moved')),
    starts_at      timestamp,
    ends_at        timestamp CHECK (ends_at > starts_at),
    venue_name     text,
    venue_address  text,
    venue_postcode text,
    online_url     text      NOT NULL,
    reason         text      NOT NULL,
    PRIMARY KEY (release, surgery, occurrence),
    FOREIGN KEY (release, surgery) REFERENCES surgery ON DELETE CASCADE
);
