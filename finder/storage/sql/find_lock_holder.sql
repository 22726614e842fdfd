-- Who holds an advisory lock ($1) in this database, and since when; the name is null if we may not see it.
SELECT activity.application_name AS name, coalesce(activity.xact_start, activity.state_change) AS since
FROM pg_locks AS held
JOIN pg_stat_activity AS activity ON activity.pid = held.pid
WHERE held.locktype = 'advisory' AND held.classid = 0 AND held.objid = $1 AND held.granted
    AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
