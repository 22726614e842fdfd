"""The journal: who did what, written in the same transaction as the event, and never changed."""

from pathlib import Path

import asyncpg
import pytest

from finder.domain.release import Action, AuditEvent, Part
from finder.errors import PublishRefusedError
from finder.services.loading.load import load
from finder.services.loading.load_job import CheckFailedError, LoadJob
from finder.services.publishing.change_surgery import change_surgery
from finder.services.publishing.occurrence_actions import Cancel
from finder.services.publishing.plan import plan_publication
from finder.services.publishing.plan_rollback import Rollback, plan_rollback
from finder.services.publishing.publish import publish
from finder.storage import journal_store
from finder.storage.connections import Connection
from geodata.errors import SourceError
from geodata.police_forces import PoliceForces
from geodata.progress import NO_PROGRESS
from tests.support.stored_releases import fingerprint, publish_directory

_OFFICERS = "team_id,name,rank\nladywood,Only Example,PCSO\n"


def officers(folder: Path, text: str = _OFFICERS) -> LoadJob:
    """A load of one officer by a member of staff."""
    file = folder / "officers.csv"
    file.write_text(text, encoding="utf-8")
    return LoadJob(Part.OFFICERS, file, "sam", teams=frozenset({"ladywood"}))


async def run(connection: Connection, job: LoadJob) -> None:
    await load(connection, job, NO_PROGRESS)


async def last_deed(connection: Connection) -> AuditEvent:
    return (await journal_store.read(connection, 1))[0].event


@pytest.mark.parametrize(
    "statement",
    ["UPDATE journal SET who = 'nobody'", "DELETE FROM journal", "TRUNCATE journal"],
)
async def test_the_database_refuses_to_rewrite_the_journal(shipped_connection: Connection, statement: str) -> None:
    before = await journal_store.read(shipped_connection)

    with pytest.raises(asyncpg.RaiseError, match="journal is append-only"):
        await shipped_connection.execute(statement)

    assert before
    assert await journal_store.read(shipped_connection) == before


@pytest.mark.parametrize("statement", ["DELETE FROM publication", "TRUNCATE publication CASCADE"])
async def test_the_database_refuses_to_lose_a_publication(shipped_connection: Connection, statement: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match="is append-only"):
        await shipped_connection.execute(statement)


async def test_a_load_is_recorded_with_its_file_and_its_report(shipped_connection: Connection, tmp_path: Path) -> None:
    await run(shipped_connection, officers(tmp_path))

    event = await last_deed(shipped_connection)
    assert (event.who, event.action, event.release, event.errors) == ("sam", Action.LOAD, "directory-8", 0)
    assert event.source is not None
    assert (event.source.name, event.source.size, len(event.source.sha256)) == ("officers.csv", len(_OFFICERS), 64)


async def test_a_refused_load_is_recorded_although_nothing_else_is_kept(
    shipped_connection: Connection, tmp_path: Path
) -> None:
    before = await fingerprint(shipped_connection)

    with pytest.raises(CheckFailedError):
        await run(shipped_connection, officers(tmp_path, "team_id,name,rank\nnowhere,A Example,PCSO\n"))

    event = await last_deed(shipped_connection)
    assert (event.who, event.action, event.release) == ("sam", Action.REFUSE, None)
    assert event.errors
    assert await fingerprint(shipped_connection) == before


async def test_a_file_that_cannot_be_read_is_recorded_too(shipped_connection: Connection, tmp_path: Path) -> None:
    file = tmp_path / "postcodes.zip"
    file.write_bytes(b"PK but no zip")

    with pytest.raises(SourceError):
        await run(shipped_connection, LoadJob(Part.POSTCODES, file, "sam"))

    event = await last_deed(shipped_connection)
    assert (event.action, event.errors) == (Action.REFUSE, 1)


async def test_publications_and_rollbacks_are_recorded_with_their_numbers(
    shipped_connection: Connection, tmp_path: Path
) -> None:
    await run(shipped_connection, officers(tmp_path))
    plan = await plan_publication(shipped_connection, [], PoliceForces.read())
    await publish(shipped_connection, plan, made_by="alex", note="new officer")
    back = await plan_rollback(shipped_connection, Rollback(), PoliceForces.read())
    await publish(shipped_connection, back, made_by="kim", note="not yet")

    events = [entry.event for entry in await journal_store.read(shipped_connection, 2)]

    assert [(event.who, event.action, event.publication) for event in events] == [
        ("alex", Action.PUBLISH, 2),
        ("kim", Action.ROLL_BACK, 3),
    ]


async def test_a_refused_publication_leaves_no_entry(shipped_connection: Connection, tmp_path: Path) -> None:
    await run(shipped_connection, officers(tmp_path))
    plan = await plan_publication(shipped_connection, [], PoliceForces.read())
    await publish_directory(shipped_connection, lambda directory: directory)
    before = await journal_store.read(shipped_connection)

    with pytest.raises(PublishRefusedError, match="went live while you were looking"):
        await publish(shipped_connection, plan, made_by="alex", note="")

    assert await journal_store.read(shipped_connection) == before


async def test_a_cancelled_surgery_is_recorded(shipped_connection: Connection) -> None:
    occurrence = await shipped_connection.fetchval(
        "SELECT id || '-' || to_char(starts_at, 'YYYYMMDD\"T\"HH24MI') FROM surgery ORDER BY id LIMIT 1"
    )

    await change_surgery(shipped_connection, occurrence, Cancel("Snow."), made_by="sam")

    event = await last_deed(shipped_connection)
    assert (event.who, event.action, event.publication) == ("sam", Action.SURGERY, 2)
    assert occurrence in event.note
