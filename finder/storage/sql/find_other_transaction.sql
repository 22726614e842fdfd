-- Who else has a transaction open in this database, and since when: a command of ours if there is one, else the oldest.
SELECT application_name AS name, xact_start AS since
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
ORDER BY application_name LIKE 'finder: %' DESC, xact_start
LIMIT 1
