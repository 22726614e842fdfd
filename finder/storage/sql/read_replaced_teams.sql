-- $1 number of a publication, $2 its directory release
-- Teams of earlier publications that this directory does not have, each with the teams that cover its wards now, the
-- one with most of them first.
SELECT replaced.id AS team, now.team AS replacement
FROM (
    SELECT DISTINCT ON (team.id) team.id, team.release
    FROM team
    JOIN publication ON publication.directory = team.release
    WHERE publication.number < $1
      AND publication.number NOT IN (SELECT publication FROM publication_withdrawal)
      AND NOT EXISTS (SELECT FROM team AS live WHERE live.release = $2 AND live.id = team.id)
    ORDER BY team.id, publication.number DESC
) AS replaced
JOIN coverage AS before ON before.release = replaced.release AND before.team = replaced.id
JOIN coverage AS now ON now.release = $2 AND now.gss_code = before.gss_code
GROUP BY replaced.id, now.team
ORDER BY replaced.id, count(*) DESC, now.team
