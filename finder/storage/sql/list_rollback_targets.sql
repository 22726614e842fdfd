-- What every rollback returned to.
SELECT publication, kind, team, returned_to
FROM publication_return
