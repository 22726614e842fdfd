-- $1 numbers of the wanted releases, NULL for all. published_at is when the first publication of a release goes live.
-- Withdrawn publications do not count: their releases are staged again.
SELECT release.number,
       release.kind,
       release_report.row_count,
       release_report.warnings,
       release.staged_at,
       (SELECT min(live_from)
        FROM publication
        WHERE release.number IN (publication.postcodes, publication.wards, publication.directory)
          AND publication.number NOT IN (SELECT publication FROM publication_withdrawal)) AS published_at,
       release.base,
       release_pruning.release IS NOT NULL AS pruned,
       coalesce(release_pruning.discarded, false) AS discarded
FROM release
JOIN release_report ON release_report.release = release.number
LEFT JOIN release_pruning ON release_pruning.release = release.number
WHERE $1::integer[] IS NULL OR release.number = ANY ($1)
ORDER BY release.number
