-- $1 number of a new postcodes release; gives the name of the table that takes its rows
SELECT open_postcodes($1)
