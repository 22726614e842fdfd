-- What the two geographic kinds hold. Eastings and northings are metres, EPSG:27700.

CREATE TABLE postcode (
    release            integer  NOT NULL REFERENCES release ON DELETE CASCADE,
    postcode           text     NOT NULL COLLATE "C" CHECK (postcode ~ '^[A-Z]{1,3}[0-9]?[0-9A-Z]? [0-9][A-Z]{2}$'),
    easting            integer  NOT NULL CHECK (easting BETWEEN 0 AND 700000),
    northing           integer  NOT NULL CHECK (northing BETWEEN 0 AND 1300000),
    positional_quality smallint NOT NULL CHECK (positional_quality BETWEEN 10 AND 90),
    district           text     NOT NULL CHECK (length(district) IN (0, 9)),
    ward               text     NOT NULL CHECK (length(ward) IN (0, 9)),
    retired_on         integer  NOT NULL DEFAULT 0 CHECK (retired_on >= 0),  -- YYYYMM; 0 while live
    PRIMARY KEY (release, postcode)
);

CREATE TABLE ward (
    release       integer NOT NULL REFERENCES release ON DELETE CASCADE,
    gss_code      text    NOT NULL COLLATE "C" CHECK (gss_code ~ '^[EWSN][0-9]{8}$'),
    name          text    NOT NULL CHECK (name <> ''),
    district      text    NOT NULL,
    district_name text    NOT NULL,
    polygon       bytea   NOT NULL,  -- WKB, Polygon or MultiPolygon
    PRIMARY KEY (release, gss_code)
);
