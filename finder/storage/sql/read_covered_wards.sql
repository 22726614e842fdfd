-- $1 number of a publication, $2 its directory release
-- The wards of the publication that have a team, with its id.
SELECT coverage.team, ward.gss_code, ward.name, ward.district, ward.district_name, ward.polygon
FROM publication
JOIN ward ON ward.release = publication.wards
JOIN coverage ON coverage.release = $2 AND coverage.gss_code = ward.gss_code
WHERE publication.number = $1
ORDER BY ward.gss_code
