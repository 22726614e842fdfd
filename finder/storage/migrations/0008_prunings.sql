-- A release whose rows were removed. The release, its report and its sources stay, because publications name them.

CREATE TABLE release_pruning (
    release   integer     NOT NULL PRIMARY KEY REFERENCES release,
    pruned_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    pruned_by text        NOT NULL
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON release_pruning
FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
