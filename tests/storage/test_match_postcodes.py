"""Postcodes matched with wards, from the database or from a previous snapshot."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from finder.services.publishing.plan import plan_publication
from finder.snapshot.build_snapshot import SnapshotBuilder
from finder.storage import postcode_store, ward_store
from finder.storage.connections import Connection
from geodata.police_forces import PoliceForces
from tests.support.indexes import packed
from tests.support.stored_releases import stage_wards


async def test_postcodes_of_the_previous_snapshot_are_matched_like_their_rows(
    shipped_connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await ward_store.read(shipped_connection, 2)
    exchanged = [replace(one, polygon=other.polygon) for one, other in zip(found, reversed(found), strict=True)]
    plan = await plan_publication(
        shipped_connection, [await stage_wards(shipped_connection, exchanged)], PoliceForces.read()
    )
    whole = await SnapshotBuilder(PoliceForces.read()).build(
        shipped_connection, plan.snapshot.publication, datetime.now(UTC)
    )

    monkeypatch.setattr(postcode_store, "read", None)
    again = await SnapshotBuilder(PoliceForces.read()).build(
        shipped_connection, plan.snapshot.publication, datetime.now(UTC), plan.before
    )

    assert packed(again) == packed(plan.snapshot) == packed(whole)
    assert plan.before is not None
    assert packed(again) != packed(plan.before)
