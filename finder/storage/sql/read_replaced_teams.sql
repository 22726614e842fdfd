-- $1 number of a publication, $2 its directory release
-- Teams of earlier publications that are gone, each with the teams that have its wards now, who has most of them first.
SELECT former.id AS team, now.team AS successor
FROM (
    SELECT DISTINCT ON (team.id) team.id, team.release
    FROM team
    JOIN publication ON publication.directory = team.release
    WHERE publication.number < $1
      AND publication.number NOT IN (SELECT publication FROM publication_withdrawal)
      AND NOT EXISTS (SELECT FROM team AS live WHERE live.release = $2 AND live.id = team.id)
    ORDER BY team.id, publication.number DESC
) AS former
JOIN coverage AS before ON before.release = former.release AND before.team = former.id
JOIN coverage AS now ON now.release = $2 AND now.gss_code = before.gss_code
GROUP BY former.id, now.team
ORDER BY former.id, count(*) DESC, now.team
