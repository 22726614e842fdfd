"""The numbered migrations, on databases that are empty, filled, shared or newer than the code."""

import asyncio

import asyncpg
import pytest

from finder.domain.journal_chain import check_chain
from finder.domain.release import Kind
from finder.domain.surgery import Venue
from finder.errors import SchemaError
from finder.storage import directory_store, journal_store, postcode_store, publication_store
from finder.storage.connections import Connection, connected
from finder.storage.migrate import Migration, migrate, migrations, require_current_schema

_STEPS = migrations()

# A row or more for every table, by the number of the step that makes the table.
_FILL = {
    1: """
        INSERT INTO release (kind) VALUES ('postcodes'), ('wards'), ('directory');
        INSERT INTO release_report (release, row_count, warnings, findings) SELECT number, 1, 0, '[]' FROM release;
        INSERT INTO release_source (release, part, name, sha256, bytes, loaded_by, loaded_at)
        VALUES (1, 'postcodes', 'b.csv', repeat('0', 64), 10, 'somebody', now());
        INSERT INTO publication (number, live_from, made_by, note, postcodes, wards, directory)
        VALUES (1, now(), 'somebody', 'the first', 1, 2, 3);
    """,
    2: """
        INSERT INTO postcode (release, postcode, easting, northing, positional_quality, district, ward)
        VALUES (1, 'B2 4QA', 407024, 286642, 10, 'E08000025', 'E05011151');
        INSERT INTO ward (release, gss_code, name, district, district_name, polygon)
        VALUES (2, 'E05011151', 'Ladywood', 'E08000025', 'Birmingham', ''::bytea);
    """,
    3: """
        INSERT INTO team (release, id, position, name, force_id, area, description, contact)
        VALUES (3, 'ladywood', 0, 'Ladywood', 'west-midlands', 'Birmingham', '', '{}');
        INSERT INTO coverage (release, gss_code, team) VALUES (3, 'E05011151', 'ladywood');
        INSERT INTO officer (release, position, team, name, rank) VALUES (3, 0, 'ladywood', 'A', 'PCSO');
        INSERT INTO priority (release, position, team, issue, issued_on, action)
        VALUES (3, 0, 'ladywood', 'Noise', '2026-05-01', '');
        INSERT INTO surgery (release, id, position, team, title, starts_at, ends_at, recurrence, online_url)
        VALUES (3, 'tea', 0, 'ladywood', 'Tea', '2026-05-01 18:00', '2026-05-01 19:00', '', '');
        INSERT INTO surgery_change (release, surgery, occurrence, status, online_url, reason)
        VALUES (3, 'tea', '2026-05-01 18:00', 'cancelled', '', '');
    """,
    5: "INSERT INTO calendar_sequence (occurrence, publication, sequence) VALUES ('tea-20260501T1800', 1, 1)",
    6: "INSERT INTO journal (who, action, note) VALUES ('somebody', 'publish', '')",
    7: """
        INSERT INTO publication (number, live_from, made_by, note, postcodes, wards, directory)
        VALUES (2, now() + interval '1 year', 'somebody', 'not to be', 1, 2, 3);
        INSERT INTO publication_withdrawal (publication, withdrawn_by) VALUES (2, 'somebody');
    """,
    8: """
        INSERT INTO release (kind) VALUES ('postcodes');
        INSERT INTO release_report (release, row_count, warnings, findings) VALUES (4, 0, 0, '[]');
        INSERT INTO release_pruning (release, pruned_by) VALUES (4, 'somebody');
    """,
    9: """
        INSERT INTO ground (postcodes, wards, layout, size, sha256) VALUES (1, 2, 1, 1, sha256('x'));
        INSERT INTO ground_piece (ground, position, piece) VALUES (1, 0, 'x');
    """,
    14: "INSERT INTO publication_return (publication, kind, returned_to) VALUES (2, 'wards', 1)",
}


@pytest.fixture
def applied() -> list[str]:
    """Collects the names of the steps as they are applied."""
    return []


async def apply(connection: Connection, steps: list[Migration], applied: list[str] | None = None) -> int:
    return await migrate(connection, steps, lambda step: applied.append(step.name) if applied is not None else None)


async def apply_and_fill(connection: Connection, steps: list[Migration]) -> None:
    """Applies steps, and fills the tables of each before the next."""
    for count, step in enumerate(steps, start=1):
        await apply(connection, steps[:count])
        if step.number in _FILL:
            await connection.execute(_FILL[step.number])


async def count_rows(connection: Connection) -> dict[str, int]:
    """Counts the rows of each table; those of partitions count as rows of the table that they belong to."""
    tables = await connection.fetch("""
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition""")
    names = sorted(row["relname"] for row in tables)
    return {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in names}  # noqa: S608 - own names


async def describe(connection: Connection) -> list[object]:
    """The schema: columns, constraints and triggers."""
    columns = """
        SELECT table_name, column_name, data_type, is_nullable, collation_name
        FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"""
    constraints = """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"""
    triggers = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
    statements = (columns, constraints, triggers)
    return [tuple(row) for statement in statements for row in await connection.fetch(statement)]


def test_the_steps_are_numbered_without_gaps() -> None:
    assert [step.number for step in _STEPS] == list(range(1, len(_STEPS) + 1))


async def test_an_empty_database_gets_every_step_in_order(bare_database: str, applied: list[str]) -> None:
    async with connected(bare_database) as connection:
        done = await apply(connection, _STEPS, applied)

        assert done == len(_STEPS)
        assert applied == [step.name for step in _STEPS]
        await require_current_schema(connection)


async def test_migrating_twice_changes_nothing(bare_database: str, applied: list[str]) -> None:
    async with connected(bare_database) as connection:
        await apply(connection, _STEPS)
        before = await describe(connection)

        done = await apply(connection, _STEPS, applied)

        assert done == 0
        assert applied == []
        assert await describe(connection) == before


@pytest.mark.parametrize("number", [step.number for step in _STEPS[1:]])
async def test_a_step_keeps_every_row(bare_database: str, number: int) -> None:
    async with connected(bare_database) as connection:
        await apply_and_fill(connection, _STEPS[: number - 1])
        before = await count_rows(connection)

        await apply(connection, _STEPS[:number])

        after = await count_rows(connection)
        assert {name: after[name] for name in before if name != "schema_migration"} == {
            name: count for name, count in before.items() if name != "schema_migration"
        }
        assert all(before.values()), "the test fills every table there is"


async def test_postcodes_stay_with_their_owner_and_readers_when_they_get_tables_of_their_own(
    bare_database: str,
) -> None:
    rights = """
        SELECT pg_get_userbyid(relowner) AS owner, relacl::text AS rights FROM pg_class WHERE relname = $1"""
    async with connected(bare_database) as connection:
        undone = connection.transaction()
        await undone.start()
        await apply(connection, _STEPS[:12])
        await connection.execute("CREATE ROLE keeper; CREATE ROLE reader; ALTER TABLE postcode OWNER TO keeper")
        await connection.execute(
            "GRANT SELECT ON postcode TO reader WITH GRANT OPTION; GRANT SELECT ON postcode TO PUBLIC"
        )
        await connection.execute(_FILL[1])
        before = await connection.fetchrow(rights, "postcode")

        await apply(connection, _STEPS[:13])

        after = [await connection.fetchrow(rights, name) for name in ("postcode", "postcode_1")]
        await undone.rollback()
        assert after == [before, before]


async def test_entries_made_before_the_journal_was_a_chain_are_chained(bare_database: str) -> None:
    async with connected(bare_database) as connection:
        await apply_and_fill(connection, _STEPS[:14])
        for note in ("a file", "\u00e9 | 3:abc", ""):
            await connection.execute(
                "INSERT INTO journal (who, action, note, errors) VALUES ('sam', 'refuse', $1, 0)", note
            )

        await apply(connection, _STEPS)

        await connection.execute("INSERT INTO journal (who, action, note) VALUES ('sam', 'publish', '')")
        state = check_chain(await journal_store.read_chain(connection))
        assert (state.entries, state.fault) == (5, "")


async def test_a_database_filled_before_the_newest_step_is_readable_after_it(bare_database: str) -> None:
    async with connected(bare_database) as connection:
        await apply_and_fill(connection, _STEPS[:-1])

        await apply(connection, _STEPS)

        live = await publication_store.find_live(connection)
        assert live is not None
        table = await postcode_store.read(connection, live.releases[Kind.POSTCODES].number)
        assert table["postcode"].tolist() == [b"B24QA  "]


async def test_a_venue_that_was_recorded_before_access_notes_has_none(bare_database: str) -> None:
    recorded_before = """
        INSERT INTO surgery (release, id, position, team, title, starts_at, ends_at, recurrence, online_url,
                             venue_name, venue_address, venue_postcode)
        VALUES (3, 'talk', 1, 'ladywood', 'Talk', '2026-05-01 18:00', '2026-05-01 19:00', '', '', 'Hall', '', '');
        INSERT INTO surgery_change (release, surgery, occurrence, status, online_url, reason,
                                    venue_name, venue_address, venue_postcode)
        VALUES (3, 'talk', '2026-05-01 18:00', 'moved', '', '', 'Church', '', '');
    """
    async with connected(bare_database) as connection:
        await apply(connection, _STEPS[:10])
        for script in (_FILL[1], _FILL[3], recorded_before):
            await connection.execute(script)

        await apply(connection, _STEPS)

        found = await directory_store.read(connection, 3)
        assert [each.venue for each in found.surgeries] == [None, Venue("Hall", "", "")]
        assert [each.venue for each in found.changes] == [Venue("Church", "", ""), None]


async def test_two_migrators_at_once_apply_each_step_once(bare_database: str, applied: list[str]) -> None:
    async with connected(bare_database) as one, connected(bare_database) as other:
        done = await asyncio.gather(apply(one, _STEPS, applied), apply(other, _STEPS, applied))

        assert sorted(done) == [0, len(_STEPS)]
        assert applied == [step.name for step in _STEPS]


async def test_a_step_that_fails_leaves_the_schema_as_the_step_before_left_it(bare_database: str) -> None:
    broken = Migration(len(_STEPS) + 1, "broken.sql", "CREATE TABLE half_made (); SELECT 1 / 0")
    async with connected(bare_database) as connection:
        await apply(connection, _STEPS)
        before = await describe(connection)

        with pytest.raises(asyncpg.DivisionByZeroError):
            await apply(connection, [*_STEPS, broken])

        assert await describe(connection) == before
        await require_current_schema(connection)


async def test_after_a_failed_step_another_migrator_is_not_kept_waiting(bare_database: str) -> None:
    broken = Migration(1, "broken.sql", "SELECT 1 / 0")
    async with connected(bare_database) as one, connected(bare_database) as other:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await apply(one, [broken])

        done = await asyncio.wait_for(apply(other, _STEPS), timeout=10)

        assert done == len(_STEPS)


async def test_a_newer_schema_is_refused_by_the_migrator_in_a_sentence(connection: Connection) -> None:
    await connection.execute("INSERT INTO schema_migration (number, name) VALUES (9999, 'of tomorrow')")

    with pytest.raises(SchemaError, match=r"at schema 9999, newer than the \d+ .* Upgrade this installation"):
        await apply(connection, _STEPS)


async def test_a_newer_schema_is_refused_by_every_other_command(connection: Connection) -> None:
    await connection.execute("INSERT INTO schema_migration (number, name) VALUES (9999, 'of tomorrow')")

    with pytest.raises(SchemaError, match="Upgrade this installation"):
        await require_current_schema(connection)


async def test_an_empty_database_is_refused_with_what_to_run(bare_database: str) -> None:
    async with connected(bare_database) as connection:
        with pytest.raises(SchemaError, match=r"The database is empty\. Run `finder migrate`"):
            await require_current_schema(connection)


async def test_an_outdated_schema_is_refused_with_both_numbers(bare_database: str) -> None:
    async with connected(bare_database) as connection:
        await apply(connection, _STEPS[:-1])

        with pytest.raises(
            SchemaError, match=rf"at schema {len(_STEPS) - 1}, .* needs {len(_STEPS)}\. Run `finder migrate`"
        ):
            await require_current_schema(connection)


@pytest.mark.parametrize(
    ("district", "ward"), [("E0800002", "E05011151"), ("E08000025", "E0501115"), ("É80000025", "")]
)
async def test_a_code_has_nine_bytes_or_none(connection: Connection, district: str, ward: str) -> None:
    await connection.execute(f"{_FILL[1]}; SELECT open_postcodes(1); SELECT close_postcodes(1)")
    insert = """
        INSERT INTO postcode (release, postcode, easting, northing, positional_quality, district, ward)
        VALUES (1, 'B2 4QB', 407024, 286642, 10, $1, $2)"""

    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute(insert, district, ward)
    await connection.execute(insert, "", "E05011151")
