#!/usr/bin/env bash
# Creates the roles of docs/operations.md with logins, and one for the standby. The PostgreSQL image runs this once, as
# the superuser POSTGRES_USER, when it creates a new database. The passwords come from the environment.
set -euo pipefail
psql --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --no-psqlrc --quiet --set=ON_ERROR_STOP=1 <<'SQL'
\getenv owner OWNER_PASSWORD
\getenv loader LOADER_PASSWORD
\getenv reader READER_PASSWORD
\getenv replication REPLICATION_PASSWORD
CREATE ROLE finder_owner LOGIN PASSWORD :'owner';
CREATE ROLE finder_loader LOGIN PASSWORD :'loader';
CREATE ROLE finder_reader LOGIN PASSWORD :'reader';
CREATE ROLE finder_replication LOGIN REPLICATION PASSWORD :'replication';
ALTER DATABASE :"DBNAME" OWNER TO finder_owner;
SQL
echo "host replication finder_replication all scram-sha-256" >>"$PGDATA/pg_hba.conf"
