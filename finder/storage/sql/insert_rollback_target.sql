-- $1 number of the publication that rolls back, $2 kind, $3 id of the team, empty for all, $4 publication returned to
INSERT INTO publication_return (publication, kind, team, returned_to)
VALUES ($1, $2, $3, $4)
