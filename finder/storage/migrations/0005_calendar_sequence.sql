-- How often what is published about an occurrence of a surgery has changed, for the SEQUENCE of calendar feeds. Kept
-- outside releases: going back to an earlier release is one more change. A snapshot of publication n reads the newest
-- row up to n, so that a publication made ahead of its time does not change the feed of the one before it.
-- No reference to publication: a number must go on rising even where old publications are cleared away.

CREATE TABLE calendar_sequence (
    occurrence  text    NOT NULL COLLATE "C",
    publication integer NOT NULL CHECK (publication > 0),
    sequence    integer NOT NULL CHECK (sequence > 0),
    PRIMARY KEY (occurrence, publication)
);
