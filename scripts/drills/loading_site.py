"""What drills of loads run on: a database of its own, a server that answers from it, and a file to load."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import asyncpg

from geodata.shipped_data import SHIPPED_FOLDER
from scripts.harness.demo_databases import new_demo_postgres
from scripts.harness.finder_commands import start_finder
from scripts.harness.processes import wait_until_up
from scripts.harness.sample_postcodes import sample_postcodes
from scripts.harness.servers import RunningServer, running_service
from scripts.harness.waiting import TIMEOUT_SECONDS

_SAMPLE_SIZE: Final = 25
_SHORT_STEP: Final = 5  # the short form loads every fifth postcode, and those of the sample
TABLES: Final = (  # all but the journal, which gets an entry for a refused load too
    "release", "release_report", "release_source", "publication", "postcode", "ward", "team", "coverage", "officer",
    "priority", "surgery", "surgery_change", "calendar_sequence", "publication_withdrawal", "publication_return",
    "release_pruning", "ground", "ground_piece",
)  # fmt: skip

_PAUSE_LOCK: Final = 72_026  # an advisory lock that the service never takes
_CREATE_PAUSE: Final = """
CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock({lock}); RETURN NULL; END $$;
CREATE TRIGGER pause AFTER INSERT ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION pause();
"""
_COUNT_PAUSED: Final = f"""
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {_PAUSE_LOCK} AND NOT granted
"""  # noqa: S608 - a number from above


class LoadingSite:
    """A database with the data that ships, a server that answers from it, and files to load."""

    def __init__(self, dsn: str, folder: Path, server: RunningServer, *, short: bool = False) -> None:
        self.dsn = dsn
        self.folder = folder
        self._server = server
        self._sample = [each.postcode for each in sample_postcodes(_SAMPLE_SIZE)]
        self.file = folder / "postcodes.csv"
        self._rows = (SHIPPED_FOLDER / "postcodes.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        if short:
            asked = [row for row in self._rows if row.partition(",")[0].replace(" ", "") in self._sample]
            self._rows = [self._rows[0], *asked, *(row for row in self._rows[1::_SHORT_STEP] if row not in asked)]
        self.shorten()

    def shorten(self) -> None:
        """Remove a row from the file of postcodes, so that it is not recognised as loaded already."""
        self._rows.pop()
        self.file.write_text("".join(self._rows), encoding="utf-8")

    @property
    def rows_of_a_release(self) -> list[int]:
        """How many rows of each table a complete load of the file adds: release, report, source, postcodes."""
        rows = len(self._rows) - 1  # the heading
        return [1, 1, 1, 0, rows, *(0 for _ in TABLES[5:])]

    def answers(self) -> Mapping[str, object]:
        """The answers for a sample of postcodes."""
        return {key: json.loads(self._server.get(f"/api/v1/postcodes/{key}")) for key in self._sample}

    def count_rows(self) -> list[int]:
        """How many rows each table has; shows anything that a load left behind."""
        return self.query_numbers(*(f"SELECT count(*) FROM {table}" for table in TABLES))  # noqa: S608 - names from above

    def execute(self, statement: str) -> None:
        """Run a statement as the owner of the database."""
        asyncio.run(self._execute(statement))

    @contextmanager
    def paused(self, table: str, condition: str = "true") -> Iterator[Callable[[], bool]]:
        """Pause each transaction that inserts such rows until the block ends: inserted, and not committed.

        Yields a function that reports whether a transaction is paused. Call `remove_pause` after the block, since
        PostgreSQL may have been killed within it.
        """
        self.execute(_CREATE_PAUSE.format(lock=_PAUSE_LOCK, table=table, condition=condition))
        with asyncio.Runner() as runner:
            holder = runner.run(asyncpg.connect(self.dsn))
            runner.run(holder.execute(f"SELECT pg_advisory_lock({_PAUSE_LOCK})"))
            try:
                yield lambda: self.query_numbers(_COUNT_PAUSED) > [0]
            finally:
                holder.terminate()

    def remove_pause(self) -> None:
        """Remove the trigger that pauses."""
        self.execute("DROP FUNCTION IF EXISTS pause() CASCADE")

    def run(self, *arguments: str | Path) -> tuple[int, str]:
        """Run a command to its end; returns its exit code and output."""
        with start_finder(self.dsn, *arguments) as process:
            try:
                output, _ = process.communicate(timeout=TIMEOUT_SECONDS)
            finally:
                process.kill()  # it may wait for what never comes
        return process.returncode, output

    def find_surgery(self) -> str:
        """The id of an upcoming surgery."""
        _, output = self.run("surgery", "list", "edgbaston")
        return output.split()[0]

    def query_numbers(self, *statements: str) -> list[int]:
        """Run statements that each return one number."""
        return asyncio.run(self._query_numbers(statements))

    async def _query_numbers(self, statements: Iterable[str]) -> list[int]:
        connection = await asyncpg.connect(self.dsn)
        try:
            return [int(await connection.fetchval(statement)) for statement in statements]
        finally:
            await connection.close()

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def running_site(folder: Path, *, short: bool = False) -> Iterator[LoadingSite]:
    """A site in a folder; stops everything it started when the block ends."""
    with new_demo_postgres(folder) as postgres, running_service(postgres.dsn, folder) as server:
        wait_until_up(server.process, lambda: server.has_logged("serving"), "the service", server.output_file)
        yield LoadingSite(postgres.dsn, folder, server, short=short)
