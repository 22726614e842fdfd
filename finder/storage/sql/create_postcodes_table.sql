-- $1 number of a new postcodes release; returns the name of the table for its rows
SELECT open_postcodes($1)
