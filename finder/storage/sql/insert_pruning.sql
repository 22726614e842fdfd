-- $1 number of the release, $2 pruned by
INSERT INTO release_pruning (release, pruned_by)
VALUES ($1, $2)
