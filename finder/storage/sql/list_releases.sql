-- $1 numbers of the releases wanted, NULL for all. First publication by each release gives published_at.
SELECT release.number,
       release.kind,
       release_report.row_count,
       release_report.warnings,
       release.staged_at,
       (SELECT min(live_from)
        FROM publication
        WHERE release.number IN (publication.postcodes, publication.wards, publication.directory)) AS published_at
FROM release
JOIN release_report ON release_report.release = release.number
WHERE $1::integer[] IS NULL OR release.number = ANY ($1)
ORDER BY release.number
