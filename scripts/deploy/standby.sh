#!/usr/bin/env bash
# Starts a hot standby: copies the primary the first time, then follows it. Run as PostgreSQL's own user.
# From the environment: PGDATA, and PGHOST, PGUSER, PGPASSWORD and the like for the primary.
set -euo pipefail
slot=standby1
copy=$PGDATA.unfinished

if [[ ! -e $PGDATA/PG_VERSION ]]; then
    rm -rf -- "$copy"
    mkdir -p -- "$(dirname -- "$PGDATA")"
    # pg_basebackup --create-slot would fail after an interrupted attempt, so the slot is made here.
    psql --dbname="${PGDATABASE:-postgres}" --quiet --no-psqlrc --output=/dev/null --command="
        SELECT pg_create_physical_replication_slot('$slot')
        WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '$slot')"
    pg_basebackup --pgdata="$copy" --write-recovery-conf --wal-method=stream --slot="$slot" --checkpoint=fast
    [[ ! -d $PGDATA ]] || rmdir -- "$PGDATA"
    mv -- "$copy" "$PGDATA"
fi
# The primary's vacuum must not cancel queries here.
exec postgres -c hot_standby_feedback=on "$@"
