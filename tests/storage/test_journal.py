"""The journal: who did what, written in the same transaction as the event, and never changed."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from finder.domain.journal_chain import check_chain
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
from finder.storage.connections import Connection, connected
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


async def test_every_entry_is_a_link_of_the_chain(shipped_connection: Connection, tmp_path: Path) -> None:
    await run(shipped_connection, officers(tmp_path))

    state = check_chain(await journal_store.read_chain(shipped_connection))

    assert (state.entries, state.fault) == (len(await journal_store.read(shipped_connection)), "")
    assert state.entries > 7
    assert (await journal_store.read(shipped_connection, 1))[0].hash == state.last_hash


async def test_entries_that_are_made_at_once_follow_each_other(shipped_database: str) -> None:
    async def add(number: int) -> None:
        async with connected(shipped_database) as connection, connection.transaction():
            await journal_store.insert(connection, AuditEvent(f"writer {number}", Action.PRUNE, ""))
            await asyncio.sleep(0.01)

    await asyncio.gather(*map(add, range(8)))

    async with connected(shipped_database) as connection:
        state = check_chain(await journal_store.read_chain(connection))
        numbers = [entry.number for entry in await journal_store.read(connection)]
    assert state.fault == ""
    assert numbers == list(range(1, len(numbers) + 1))


async def test_an_entry_is_dated_and_linked_by_the_database_alone(shipped_connection: Connection) -> None:
    await shipped_connection.execute(
        "INSERT INTO journal (number, at, who, action, note, database_role, previous, hash) "
        "VALUES (1, '2001-01-01', 'sam', 'prune', '', 'nobody', '', repeat('0', 64))"
    )

    [entry] = await journal_store.read(shipped_connection, 1)
    assert (entry.number > 1, entry.at.year > 2001, entry.database_role) == (True, True, "postgres")
    assert check_chain(await journal_store.read_chain(shipped_connection)).fault == ""


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE journal SET who = 'chief' WHERE number = 3", "Entry 3 was changed after it was written."),
        ("UPDATE journal SET at = at - interval '1 us' WHERE number = 3", "Entry 3 was changed after it was written."),
        ("UPDATE journal SET errors = NULL WHERE number = 3", "Entry 3 was changed after it was written."),
        ("DELETE FROM journal WHERE number = 3", "Entry 4 does not follow entry 2: entries between them were removed"),
        ("DELETE FROM journal WHERE number = 1", "Entry 2 does not follow the beginning of the journal"),
    ],
)
async def test_an_owner_who_rewrites_the_journal_is_found_out(
    shipped_connection: Connection, statement: str, fault: str
) -> None:
    await shipped_connection.execute(f"ALTER TABLE journal DISABLE TRIGGER append_only; {statement}")

    assert check_chain(await journal_store.read_chain(shipped_connection)).fault.startswith(fault)


async def test_an_entry_has_the_claims_of_its_connection(shipped_connection: Connection) -> None:
    await journal_store.set_claims(shipped_connection, "SUDO_USER=chief")

    await journal_store.insert(shipped_connection, AuditEvent("root", Action.PRUNE, ""))

    [entry] = await journal_store.read(shipped_connection, 1)
    assert (entry.event.who, entry.claims, entry.database_role) == ("root", "SUDO_USER=chief", "postgres")


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
