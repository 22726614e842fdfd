-- $1 number of a release of any kind. Returns its number of rows.
SELECT (SELECT count(*) FROM postcode WHERE release = $1)
     + (SELECT count(*) FROM ward WHERE release = $1)
     + (SELECT count(*) FROM team WHERE release = $1)
     + (SELECT count(*) FROM coverage WHERE release = $1)
     + (SELECT count(*) FROM officer WHERE release = $1)
     + (SELECT count(*) FROM priority WHERE release = $1)
     + (SELECT count(*) FROM surgery WHERE release = $1)
     + (SELECT count(*) FROM surgery_change WHERE release = $1)
