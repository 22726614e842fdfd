"""Snapshots that are built on a previous one are as if built from nothing."""

from datetime import UTC, datetime

from finder.snapshot.build_snapshot import SnapshotBuilder
from finder.storage.connections import Connection
from geodata.police_forces import PoliceForces
from tests.support.indexes import stage_renamed_wards
from tests.support.stored_releases import publish_releases, snapshot_of


async def test_a_snapshot_with_other_wards_takes_teams_from_the_previous_one(shipped_connection: Connection) -> None:
    before = await snapshot_of(shipped_connection)
    made = await publish_releases(shipped_connection, await stage_renamed_wards(shipped_connection))

    snapshot = await SnapshotBuilder(PoliceForces.read()).build(shipped_connection, made, datetime.now(UTC), before)

    scratch = await SnapshotBuilder(PoliceForces.read()).build(shipped_connection, made, datetime.now(UTC))
    assert snapshot.teams is before.teams
    assert snapshot.series is before.series
    assert (snapshot.publication.number, snapshot.replacements) == (made.number, scratch.replacements)
    assert {code: team.id for code, team in snapshot.team_of_ward.items()} == {
        code: team.id for code, team in scratch.team_of_ward.items()
    }
    assert [ward.name for ward in snapshot.wards.wards] == [ward.name for ward in scratch.wards.wards]
