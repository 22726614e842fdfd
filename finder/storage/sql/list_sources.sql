-- $1 numbers of releases, NULL for all
SELECT release, part, name, sha256, bytes, loaded_by, loaded_at
FROM release_source
WHERE $1::integer[] IS NULL OR release = ANY ($1)
ORDER BY release, array_position(
    ARRAY['postcodes', 'wards', 'teams', 'coverage', 'officers', 'priorities', 'surgeries'], part)
