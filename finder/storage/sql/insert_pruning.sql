-- $1 number of the release, $2 pruned by, $3 whether it was discarded while it was staged
INSERT INTO release_pruning (release, pruned_by, discarded)
VALUES ($1, $2, $3)
