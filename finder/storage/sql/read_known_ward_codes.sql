-- The codes of every release of wards that is still held, live or not.
SELECT DISTINCT gss_code
FROM ward
