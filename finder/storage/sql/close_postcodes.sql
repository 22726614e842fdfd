-- $1 number of a postcodes release whose rows are in
SELECT close_postcodes($1)
