#!/usr/bin/env bash
# Lets a standby replicate. The PostgreSQL image runs this once, when it creates a new database.
set -euo pipefail
echo "host replication $POSTGRES_USER all scram-sha-256" >>"$PGDATA/pg_hba.conf"
