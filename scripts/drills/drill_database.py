"""The PostgreSQL on which drills of the service run: the data that ships is live in it, and it can be broken."""

import asyncio
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import asyncpg

from finder.embedded import EmbeddedPostgres
from scripts.harness.finder_commands import finder_output

_KINDS: Final = ("postcodes", "wards", "directory")
_COPIED_TABLES: Final = (
    "release_report", "postcode", "ward", "team", "coverage", "officer", "priority", "surgery", "surgery_change",
)  # fmt: skip
_LIST_COLUMNS: Final = """
SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
WHERE table_name = '{table}' AND column_name <> 'release' AND is_generated = 'NEVER'
"""


@dataclass(slots=True)
class DrillDatabase:
    """A PostgreSQL of its own in a folder; `short` asks drills for shorter faults and fewer clients."""

    dsn: str
    folder: Path
    short: bool = False
    _surgery: str = ""
    _changes: int = 0

    @property
    def pause(self) -> float:
        """The seconds between the requests of a client: more in the short form, which runs beside other tests."""
        return 0.02 if self.short else 0.005

    def kill_postgres(self) -> None:
        """End PostgreSQL with all its processes, as kill -9 and a power cut do."""
        os.kill(find_postmaster(self.dsn), signal.SIGKILL)

    def start_postgres(self) -> None:
        """Start PostgreSQL again; it runs until the drills are over."""
        with EmbeddedPostgres(self.folder):
            pass

    def publish(self) -> int:
        """Cancel a surgery, or restore it the next time, and return the number of that publication."""
        self._surgery = self._surgery or finder_output(self.dsn, "surgery", "list", "edgbaston").split()[0]
        finder_output(self.dsn, "surgery", "restore" if self._changes % 2 else "cancel", self._surgery)
        self._changes += 1
        return asyncio.run(self._read_live_number())

    async def execute(self, statement: str) -> Any:
        """Run a statement without the triggers that protect staged rows, and return its first value."""
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute("SET session_replication_role = replica")
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    async def publish_without_notice(self, **releases: int) -> int:
        """Insert a publication like the last one but with these releases, and notify no worker; returns its number."""
        columns = ", ".join(str(releases.get(kind, kind)) for kind in _KINDS)
        return int(
            await self.execute(
                "INSERT INTO publication (number, live_from, made_by, note, postcodes, wards, directory) "  # noqa: S608 - numbers
                f"SELECT number + 1, clock_timestamp(), 'a drill', '', {columns} "
                "FROM publication ORDER BY number DESC LIMIT 1 RETURNING number"
            )
        )

    async def read_live_releases(self) -> dict[str, int]:
        """The release number of each kind in the newest publication."""
        return {
            kind: int(await self.execute(f"SELECT {kind} FROM publication ORDER BY number DESC LIMIT 1"))  # noqa: S608
            for kind in _KINDS
        }

    async def copy_release(self, number: int) -> int:
        """Insert a release with the same rows as another, and return its number."""
        insert = f"INSERT INTO release (kind) SELECT kind FROM release WHERE number = {number} RETURNING number"  # noqa: S608
        copy = int(await self.execute(insert))
        if await self.execute(f"SELECT kind FROM release WHERE number = {copy}") == "postcodes":  # noqa: S608
            await self.execute(f"SELECT open_postcodes({copy})")
            await self.execute(f"SELECT close_postcodes({copy})")
        for table in _COPIED_TABLES:
            columns = await self.execute(_LIST_COLUMNS.format(table=table))
            await self.execute(
                f"INSERT INTO {table} (release, {columns}) "  # noqa: S608 - names and numbers from above
                f"SELECT {copy}, {columns} FROM {table} WHERE release = {number}"
            )
        return copy

    async def _read_live_number(self) -> int:
        return int(await self.execute("SELECT max(number) FROM publication WHERE live_from <= now()"))


def find_postmaster(dsn: str) -> int:
    """The process id of an embedded PostgreSQL."""
    data = Path(parse_qs(urlsplit(dsn).query)["host"][0]).parent / "data" / "postmaster.pid"
    return int(data.read_text(encoding="ascii").split()[0])
