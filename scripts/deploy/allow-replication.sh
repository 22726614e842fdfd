#!/usr/bin/env bash
# Lets a standby follow: the image of PostgreSQL runs this once, when it sets a new database up.
set -euo pipefail
echo "host replication $POSTGRES_USER all scram-sha-256" >>"$PGDATA/pg_hba.conf"
