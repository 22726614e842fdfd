-- $1 number of a release whose transaction was rolled back
SELECT give_release_number_back($1)
