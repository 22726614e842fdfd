"""Pruning deletes the rows of old releases, and keeps those that may be published again."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from finder.domain.directory import Directory
from finder.domain.release import Action, Kind
from finder.errors import PublishRefusedError
from finder.services.publishing.plan import plan_publication
from finder.services.publishing.prune import prune
from finder.services.publishing.publish import publish
from finder.storage import directory_store, journal_store, release_store
from finder.storage.connections import Connection
from geodata.police_forces import PoliceForces
from tests.support.stored_releases import publish_directory, read_live_directory, stage_directory


async def publish_notes(connection: Connection, *notes: str) -> None:
    """A publication for each note, which the first team's description then holds."""
    for note in notes:
        await publish_directory(connection, lambda directory, note=note: described(directory, note))  # type: ignore[misc]


def described(directory: Directory, note: str) -> Directory:
    first, *rest = directory.teams
    return replace(directory, teams=(replace(first, description=note), *rest))


async def complete(connection: Connection) -> set[str]:
    return {release.id for release in await release_store.list_releases(connection) if not release.pruned}


async def test_releases_of_the_last_publications_stay_and_older_ones_lose_their_rows(
    shipped_connection: Connection,
) -> None:
    await publish_notes(shipped_connection, "one", "two", "three")

    gone = await prune(shipped_connection, 2, pruned_by="sam")

    assert [release.id for release in gone] == [f"directory-{number}" for number in range(3, 9)]
    assert await complete(shipped_connection) == {"postcodes-1", "wards-2", "directory-9", "directory-10"}
    assert await directory_store.read(shipped_connection, 8) == Directory()
    assert (await read_live_directory(shipped_connection)).teams[0].description == "three"


async def test_a_staged_release_stays(shipped_connection: Connection) -> None:
    await publish_notes(shipped_connection, "one", "two", "three")
    staged = await stage_directory(shipped_connection, await read_live_directory(shipped_connection))

    await prune(shipped_connection, 2, pruned_by="sam")

    assert staged in await complete(shipped_connection)


async def test_the_releases_of_a_scheduled_publication_stay(shipped_connection: Connection) -> None:
    live = await read_live_directory(shipped_connection)
    plan = await plan_publication(
        shipped_connection, [await stage_directory(shipped_connection, described(live, "then"))], PoliceForces.read()
    )
    planned = await publish(shipped_connection, plan, made_by="sam", note="", at=datetime(2127, 5, 6, tzinfo=UTC))
    postcodes = planned.releases[Kind.POSTCODES].id

    await prune(shipped_connection, 2, pruned_by="sam")

    assert {planned.releases[Kind.DIRECTORY].id, postcodes} <= await complete(shipped_connection)


async def test_a_pruned_release_cannot_be_published(shipped_connection: Connection) -> None:
    await publish_notes(shipped_connection, "one", "two", "three")
    await prune(shipped_connection, 2, pruned_by="sam")

    with pytest.raises(PublishRefusedError, match="directory-8 were pruned"):
        await plan_publication(shipped_connection, ["directory-8"], PoliceForces.read())


async def test_pruning_is_recorded_once_and_a_second_run_changes_nothing(shipped_connection: Connection) -> None:
    await publish_notes(shipped_connection, "one", "two", "three")
    await prune(shipped_connection, 2, pruned_by="sam")
    before = await journal_store.read(shipped_connection)

    again = await prune(shipped_connection, 2, pruned_by="sam")

    assert again == []
    assert before[-1].event.action is Action.PRUNE
    assert await journal_store.read(shipped_connection) == before
