"""Code-Point Open as Ordnance Survey ships it: one of its files, and the whole zip, from disk to answer."""

import asyncio
import time
import zipfile
from pathlib import Path
from typing import Final

import pytest

from finder.domain.release import Kind
from finder.storage import postcode_store, publication_store, release_store
from finder.storage.connections import connected
from tests.support.commands import run_finder

_ZIP: Final = Path("postcodes") / "code-point-open-2025.2.zip"

pytestmark = pytest.mark.shared_data


async def finder(dsn: str, *arguments: str | Path) -> str:
    """Run a command that must succeed, and give what it printed."""
    done = await asyncio.to_thread(run_finder, dsn, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_one_code_point_open_file_is_loaded_published_and_served(
    shipped_database: str, shared_data: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(shared_data / _ZIP) as archive:
        (tmp_path / "b.csv").write_bytes(archive.read("Data/CSV/b.csv"))

    loaded = await finder(shipped_database, "load", "postcodes", tmp_path / "b.csv", "--publish", "--accept-warnings")
    shown = await finder(shipped_database, "lookup", "B2 4QA")

    assert "Publication 2 is live" in loaded
    assert "Ladywood" in shown
    async with connected(shipped_database) as connection:
        live = await publication_store.find_live(connection)
        assert live is not None
        release = live.releases[Kind.POSTCODES]
        table = await postcode_store.read(connection, release.number)
    assert release.source == "b.csv"
    assert {key[:1] for key in table["postcode"].tolist()} == {b"B"}
    assert len(table) == release.rows > 40_000


async def test_the_whole_of_great_britain_is_loaded_from_the_zip(shipped_database: str, shared_data: Path) -> None:
    started = time.monotonic()

    said = await finder(shipped_database, "load", "postcodes", shared_data / _ZIP)
    print(f"the whole zip in {time.monotonic() - started:.1f} s")  # noqa: T201 - a measurement, shown by -rP

    async with connected(shipped_database) as connection:
        staged = await release_store.find_newest_staged(connection, Kind.POSTCODES)
        assert staged is not None
        shipped = await connection.fetchval(
            # The extract that ships leaves out the wards of other forces.
            """
            SELECT count(*)
            FROM postcode shipped
            JOIN postcode whole USING (postcode, easting, northing, positional_quality, district)
            WHERE shipped.release = 1 AND whole.release = $1 AND shipped.ward IN ('', whole.ward)
            """,
            staged.number,
        )
    assert "Staged postcodes-8" in said
    assert staged.rows > 1_600_000
    assert shipped == 94_878
