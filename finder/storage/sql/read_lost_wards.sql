-- $1 number of a publication, $2 its directory release
-- The wards of teams of earlier publications that this directory does not have, if it gives none of them a team. The
-- polygons are those of the team's last publication.
SELECT replaced.id AS team, ward.gss_code, ward.name, ward.district, ward.district_name, ward.polygon
FROM (
    SELECT DISTINCT ON (team.id) team.id, team.release, publication.wards
    FROM team
    JOIN publication ON publication.directory = team.release
    WHERE publication.number < $1
      AND publication.number NOT IN (SELECT publication FROM publication_withdrawal)
      AND NOT EXISTS (SELECT FROM team AS live WHERE live.release = $2 AND live.id = team.id)
    ORDER BY team.id, publication.number DESC
) AS replaced
JOIN coverage ON coverage.release = replaced.release AND coverage.team = replaced.id
JOIN ward ON ward.release = replaced.wards AND ward.gss_code = coverage.gss_code
WHERE NOT EXISTS (
    SELECT
    FROM coverage AS before
    JOIN coverage AS now ON now.release = $2 AND now.gss_code = before.gss_code
    WHERE before.release = replaced.release AND before.team = replaced.id
)
ORDER BY replaced.id, ward.gss_code
