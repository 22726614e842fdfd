-- The codes of the wards of every release that is not pruned, live or not.
SELECT DISTINCT gss_code
FROM ward
