-- A publication that was withdrawn before its moment came never goes live. The publication itself stays as it is.

CREATE TABLE publication_withdrawal (
    publication  integer     NOT NULL PRIMARY KEY REFERENCES publication,
    withdrawn_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    withdrawn_by text        NOT NULL
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON publication_withdrawal
FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TRIGGER never_gone BEFORE DELETE OR TRUNCATE ON publication
FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
