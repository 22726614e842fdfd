"""Releases and publications in PostgreSQL: immutable, of the right kind, and numbered without gaps."""

import asyncio
from dataclasses import replace
from typing import Final

import asyncpg
import pytest

from finder.domain.directory import Directory
from finder.domain.release import Kind, Part
from finder.domain.team import TeamRecord
from finder.errors import PublishRefusedError
from finder.services.publishing.plan import plan_publication
from finder.services.publishing.plan_rollback import Rollback, plan_rollback
from finder.services.publishing.publish import publish
from finder.storage import announcements, publication_store, release_store
from finder.storage.connections import Connection, connected
from finder.storage.exclusive_transaction import exclusive_transaction
from finder.storage.sql_queries import query
from geodata.check_report import Finding, Report, Severity
from geodata.police_forces import PoliceForces
from tests.support.stored_releases import (
    make_source,
    publish_directory,
    publish_releases,
    read_live_directory,
    stage_directory,
)

_SET = {
    "release": "staged_at = now()",
    "release_report": "warnings = 0",
    "release_source": "name = 'another.csv'",
    "publication": "note = 'another'",
    "postcode": "easting = 1",
    "ward": "name = 'another'",
    "team": "name = 'another'",
    "coverage": "team = 'ladywood'",
    "officer": "name = 'another'",
    "priority": "issue = 'another'",
    "surgery": "title = 'another'",
    "surgery_change": "reason = 'another'",
    "ground": "size = 1",
    "ground_piece": "position = 9",
}

_INSERT_POSTCODE: Final = (
    "INSERT INTO postcode (release, postcode, easting, northing, positional_quality, district, ward) "
    "VALUES ($1, 'B2 4QA', 407024, 286642, 10, '', '')"
)

# Guarded against more than alteration: tests/storage/test_journal.py and the calendar's own tests.
_APPEND_ONLY: Final = {
    "journal",
    "publication_return",
    "publication_withdrawal",
    "release_pruning",
    "calendar_sequence",
}


async def stage(connection: Connection, kind: Kind) -> int:
    """Stage a release with no rows."""
    async with exclusive_transaction(connection):
        number = await release_store.insert(connection, kind)
        await release_store.finish(connection, number, rows=0, findings=[], sources=[])
    return number


async def stage_a_postcode(connection: Connection) -> int:
    """Stage a release with one."""
    release = await stage(connection, Kind.POSTCODES)
    await connection.execute("SELECT open_postcodes($1)", release)
    await connection.execute("SELECT close_postcodes($1)", release)
    await connection.execute(_INSERT_POSTCODE, release)
    return release


def without_surgeries(directory: Directory) -> Directory:
    return replace(directory, surgeries=(), changes=())


def with_a_note(directory: Directory) -> Directory:
    first, *rest = directory.teams
    return replace(directory, teams=(replace(first, description=f"{first.description}."), *rest))


@pytest.mark.parametrize("table", _SET)
async def test_a_stored_row_cannot_be_changed(shipped_connection: Connection, table: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match=f"immutable: UPDATE on {table} is refused"):
        await shipped_connection.execute(f"UPDATE {table} SET {_SET[table]}")  # noqa: S608 - names from above


async def test_every_table_of_releases_is_immutable(shipped_connection: Connection) -> None:
    rows = await shipped_connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")

    tables = {row["tablename"] for row in rows}
    assert tables - _APPEND_ONLY - {"schema_migration", "postcode_1"} == set(_SET)
    assert "postcode_1" in tables, "the postcodes of the first release have a table of their own"


async def test_the_postcode_table_of_one_release_is_immutable_too(shipped_connection: Connection) -> None:
    with pytest.raises(asyncpg.RaiseError, match="immutable: UPDATE on postcode_1 is refused"):
        await shipped_connection.execute("UPDATE postcode_1 SET easting = 1")


async def test_a_release_that_was_published_cannot_be_deleted(shipped_connection: Connection) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await shipped_connection.execute("DELETE FROM release WHERE kind = 'wards'")


@pytest.mark.parametrize("wrong", [("wards", "wards", "directory"), ("postcodes", "directory", "wards")])
async def test_a_publication_cannot_name_a_release_of_another_kind(
    connection: Connection, wrong: tuple[str, str, str]
) -> None:
    numbers = {kind: await stage(connection, kind) for kind in Kind}
    postcodes, wards, directory = (numbers[Kind(kind)] for kind in wrong)

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await connection.execute(
            "INSERT INTO publication (number, live_from, made_by, note, postcodes, wards, directory) "
            "VALUES (1, now(), 'a test', '', $1, $2, $3)",
            postcodes,
            wards,
            directory,
        )


async def test_a_release_knows_its_files_and_who_loaded_them(shipped_connection: Connection) -> None:
    live = await publication_store.find_live(shipped_connection)

    assert live is not None
    wards = live.releases[Kind.WARDS]
    (source,) = wards.sources
    assert (source.name, source.loaded_by, wards.rows, wards.id) == ("wards.geojson", "demo", 192, "wards-2")
    assert live.releases[Kind.DIRECTORY].source == (
        "teams.csv, coverage.csv, officers.csv, priorities.csv, surgeries.csv"
    )


async def test_publications_rise_by_one(shipped_connection: Connection) -> None:
    made = [(await publish_directory(shipped_connection, with_a_note)).number for _ in range(3)]

    assert made == [2, 3, 4]


async def test_a_publication_that_fails_takes_no_number(shipped_connection: Connection) -> None:
    live = await publication_store.find_live(shipped_connection)
    assert live is not None

    async def fail_half_way() -> None:
        async with exclusive_transaction(shipped_connection):
            await publication_store.insert(shipped_connection, live.releases, made_by="a test", note="")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await fail_half_way()
    made = await publish_directory(shipped_connection, with_a_note)

    assert made.number == 2


async def test_one_of_two_simultaneous_publications_is_refused(shipped_database: str) -> None:
    async with connected(shipped_database) as one, connected(shipped_database) as other:
        name = await stage_directory(one, with_a_note(await read_live_directory(one)))
        plans = [await plan_publication(each, [name], PoliceForces.read()) for each in (one, other)]

        outcomes = await asyncio.gather(
            *(publish(each, plan, made_by="a test", note="") for each, plan in zip((one, other), plans, strict=True)),
            return_exceptions=True,
        )

        refused = [each for each in outcomes if isinstance(each, PublishRefusedError)]
        assert len(refused) == 1
        assert "went live while you were looking" in str(refused[0])
        assert await publication_store.find_live_number(one) == 2


async def test_the_newest_staged_release_is_the_one_that_publishing_takes(shipped_connection: Connection) -> None:
    directory = await read_live_directory(shipped_connection)
    await stage_directory(shipped_connection, with_a_note(directory))
    newest = await stage_directory(shipped_connection, without_surgeries(directory))

    plan = await plan_publication(shipped_connection, [], PoliceForces.read())

    assert plan.releases[Kind.DIRECTORY].id == newest
    assert plan.changed == (Kind.DIRECTORY,)


async def test_older_staged_releases_are_not_published_later(
    shipped_connection: Connection,
) -> None:
    directory = await read_live_directory(shipped_connection)
    await stage_directory(shipped_connection, with_a_note(directory))
    newest = await stage_directory(shipped_connection, without_surgeries(directory))
    await publish_releases(shipped_connection, newest)

    staged = await release_store.find_newest_staged(shipped_connection, Kind.DIRECTORY)

    assert staged is None


async def test_a_release_that_was_rolled_back_is_not_staged_again(shipped_connection: Connection) -> None:
    await publish_directory(shipped_connection, with_a_note)
    plan = await plan_rollback(shipped_connection, Rollback(), PoliceForces.read())
    await publish(shipped_connection, plan, made_by="a test", note="")

    staged = await release_store.find_newest_staged(shipped_connection, Kind.DIRECTORY)

    assert staged is None


async def test_a_load_builds_on_what_is_staged_before_what_is_live(shipped_connection: Connection) -> None:
    directory = await read_live_directory(shipped_connection)
    staged = await stage_directory(shipped_connection, without_surgeries(directory))

    base = await release_store.find_newest(shipped_connection, Kind.DIRECTORY)

    assert base is not None
    assert base.id == staged


async def test_without_a_release_of_every_kind_nothing_can_be_published(connection: Connection) -> None:
    await stage(connection, Kind.WARDS)

    with pytest.raises(PublishRefusedError, match="no release of postcodes and directory yet"):
        await plan_publication(connection, [], PoliceForces.read())


async def test_publishing_the_live_releases_again_is_refused(shipped_connection: Connection) -> None:
    with pytest.raises(PublishRefusedError, match="publication 1 has these releases already"):
        await plan_publication(shipped_connection, ["wards-2"], PoliceForces.read())


async def test_two_releases_of_one_kind_are_refused_by_name(shipped_connection: Connection) -> None:
    staged = await stage_directory(shipped_connection, await read_live_directory(shipped_connection))

    with pytest.raises(PublishRefusedError, match=rf"directory-7 and {staged} are of one kind"):
        await plan_publication(shipped_connection, ["directory-7", staged], PoliceForces.read())


async def test_the_first_publication_cannot_be_rolled_back(shipped_connection: Connection) -> None:
    with pytest.raises(PublishRefusedError, match="no earlier publication"):
        await plan_rollback(shipped_connection, Rollback(), PoliceForces.read())


async def test_an_announcement_carries_the_number(shipped_database: str) -> None:
    async with connected(shipped_database) as listening, connected(shipped_database) as publishing:
        heard: asyncio.Queue[str] = asyncio.Queue()
        await listening.add_listener(announcements.CHANNEL, lambda *heard_: heard.put_nowait(str(heard_[-1])))

        await publish_directory(publishing, with_a_note)

        assert await asyncio.wait_for(heard.get(), timeout=10) == "2"


async def test_a_release_without_its_report_is_not_listed(connection: Connection) -> None:
    seen_inside: list[object] = []

    async def stop_before_the_report() -> None:
        async with exclusive_transaction(connection):
            await release_store.insert(connection, Kind.WARDS)
            seen_inside.extend(await release_store.list_releases(connection))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await stop_before_the_report()

    assert seen_inside == []
    assert await release_store.list_releases(connection) == []


async def test_findings_are_read_back_as_they_were_written(connection: Connection) -> None:
    report = Report("teams.csv")
    report.warning("odd.", "Look.", row=3, column="name", value="x'\"\u2028")
    report.note("fine.")
    async with exclusive_transaction(connection):
        number = await release_store.insert(connection, Kind.DIRECTORY)
        await release_store.finish(
            connection,
            number,
            rows=0,
            findings=report.findings,
            sources=[make_source(Part.TEAMS), make_source(Part.OFFICERS)],
        )

    found = await release_store.read_findings(connection, number)
    (release,) = await release_store.list_releases(connection, [number])

    assert found == report.findings
    assert release.warnings == 1
    assert [source.part for source in release.sources] == [Part.TEAMS, Part.OFFICERS]


async def test_findings_of_an_earlier_version_are_read(
    connection: Connection,
) -> None:
    place = {"file": "directory", "row": None, "column": "team_id", "value": "ladywood"}
    stored = {"severity": "warning", "problem": "odd.", "remedy": "Look.", **place}
    async with exclusive_transaction(connection):
        number = await release_store.insert(connection, Kind.DIRECTORY)
        await connection.execute(query("insert_report"), number, 0, 1, [stored])

    (found,) = await release_store.read_findings(connection, number)

    assert found == Finding(Severity.WARNING, "odd.", "Look.", "directory", None, "team_id", "ladywood")
    assert not found.of_whole


async def test_the_database_refuses_a_team_id_that_does_not_fit_into_a_path(connection: Connection) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await stage_directory(
            connection, Directory(teams=(TeamRecord("Not/An Id", "X", "west-midlands", "X", "", {}),))
        )


async def test_no_postcode_is_stored_without_its_release(connection: Connection) -> None:
    wards = await stage(connection, Kind.WARDS)
    for number in (wards, 99):
        with pytest.raises(asyncpg.ForeignKeyViolationError, match=f"no release {number}"):
            await connection.execute("SELECT open_postcodes($1)", number)
        with pytest.raises(asyncpg.CheckViolationError, match="no partition"):
            await connection.execute(_INSERT_POSTCODE, number)

    assert await connection.fetchval("SELECT count(*) FROM postcode") == 0


async def test_a_postcode_is_stored_once_in_a_release(connection: Connection) -> None:
    release = await stage_a_postcode(connection)

    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute(_INSERT_POSTCODE, release)


async def test_postcodes_of_another_release_do_not_come_into_the_table_of_one(connection: Connection) -> None:
    release = await stage_a_postcode(connection)

    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute(_INSERT_POSTCODE.replace("INTO postcode", f"INTO postcode_{release}"), release + 1)


async def test_the_postcodes_of_a_release_are_deleted_with_it(connection: Connection) -> None:
    gone, kept = [await stage_a_postcode(connection) for _ in range(2)]

    await connection.execute("DELETE FROM release WHERE number = $1", gone)

    assert [row["release"] for row in await connection.fetch("SELECT release FROM postcode")] == [kept]
    assert await connection.fetchval("SELECT to_regclass($1)", f"postcode_{gone}") is None


async def test_postcode_tables_belong_to_the_owner_of_the_database_whichever_user_loads_them(
    connection: Connection,
) -> None:
    undone = connection.transaction()
    await undone.start()
    await connection.execute("CREATE ROLE keeper; CREATE ROLE reader")
    await connection.execute("ALTER TABLE postcode OWNER TO keeper; GRANT SELECT ON postcode TO reader")

    release = await stage_a_postcode(connection)

    held = await connection.fetchrow(
        "SELECT pg_get_userbyid(relowner) AS owner, has_table_privilege('reader', oid, 'SELECT') AS readable "
        "FROM pg_class WHERE oid = $1::text::regclass",
        f"postcode_{release}",
    )
    await undone.rollback()
    assert held is not None
    assert tuple(held) == ("keeper", True), "its back-up, and that of a reader, reads this table by itself"


async def test_the_disk_space_of_pruned_postcodes_is_freed_once_nobody_uses_it(empty_database: str) -> None:
    async with connected(empty_database) as connection, connected(empty_database) as reading:
        gone, kept = [await stage_a_postcode(connection) for _ in range(2)]
        size = "SELECT pg_indexes_size($1::text::regclass)"
        of_kept = await connection.fetchval(size, f"postcode_{kept}")
        await release_store.prune(connection, gone, pruned_by="sam")
        await release_store.reclaim_space(connection)
        before_vacuum = await connection.fetchval(size, f"postcode_{gone}")
        await connection.execute(f"VACUUM postcode_{gone}")
        async with reading.transaction(), asyncio.timeout(10):
            await reading.fetch("SELECT FROM postcode")
            await release_store.reclaim_space(connection)
        in_use = await connection.fetchval(size, f"postcode_{gone}")

        await release_store.reclaim_space(connection)

        assert before_vacuum == in_use == of_kept > await connection.fetchval(size, f"postcode_{gone}")
        assert [row["release"] for row in await connection.fetch("SELECT release FROM postcode")] == [kept]
        assert await connection.fetchval(size, f"postcode_{kept}") == of_kept


async def test_pruning_postcodes_does_not_wait_for_readers(empty_database: str) -> None:
    async with connected(empty_database) as pruning, connected(empty_database) as reading:
        release = await stage_a_postcode(pruning)
        async with reading.transaction(isolation="repeatable_read"), asyncio.timeout(10):
            await reading.fetch("SELECT FROM postcode")

            await release_store.prune(pruning, release, pruned_by="sam")

            assert await reading.fetchval("SELECT count(*) FROM postcode") == 1
        assert await reading.fetchval("SELECT count(*) FROM postcode") == 0
