-- $1 number of a postcodes release whose rows have all been copied
SELECT close_postcodes($1)
