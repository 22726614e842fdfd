-- $1 number of the publication, $2 withdrawn by
INSERT INTO publication_withdrawal (publication, withdrawn_by)
VALUES ($1, $2)
