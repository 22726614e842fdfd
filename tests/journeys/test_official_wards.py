"""The official boundaries of December 2022 in place of those that ship."""

import asyncio
import csv
from pathlib import Path
from typing import Final

import aiohttp
import pytest
import shapely

from geodata.check_report import Report
from geodata.readers.boundaries.read_wards import read_wards
from geodata.shipped_data import SHIPPED_FOLDER
from geodata.ward_index import WardIndex
from tests.support.commands import RunningServer, run_finder, running_service

_REWARDED_SINCE: Final = ("E08000027", "E08000031")  # Dudley, Wolverhampton
_AT_LEAST: Final = 0.9995
# The postcodes that the 20 m generalisation puts on the wrong side, and how many metres they lie from the right ward.
_STRAYS: Final = {
    "B15 3JX": 2.4,
    "B19 2RJ": 0.9,
    "B25 8UE": 4.9,
    "B26 1TS": 0.3,
    "B31 3TQ": 0.1,
    "B35 6AG": 0.5,
    "B36 0LH": 3.8,
    "B67 6DP": 9.8,
    "B67 6DR": 0.8,
    "B68 8DJ": 1.1,
    "B75 5BZ": 1.4,
    "B75 6AH": 0.2,
    "B75 7AU": 4.6,
    "B75 7RU": 1.6,
    "CV1 3HE": 2.6,
    "WS1 2JP": 10.2,
    "WV12 5QG": 0.4,
}
_ASKED: Final = 2_000


def rows_of_five_districts() -> list[dict[str, str]]:
    """The postcodes of the districts whose wards are those of 2022 still."""
    with (SHIPPED_FOLDER / "postcodes.csv").open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["ward"] and row["district"] not in _REWARDED_SINCE]


def postcode_of_dudley() -> str:
    """Any postcode of Dudley, whose wards are others since."""
    with (SHIPPED_FOLDER / "postcodes.csv").open(encoding="utf-8", newline="") as stream:
        return next(
            row["postcode"].replace(" ", "") for row in csv.DictReader(stream) if row["district"] == "E08000027"
        )


def test_all_but_a_few_listed_postcodes_fall_in_their_official_ward(shared_data: Path) -> None:
    index = WardIndex(read_wards(shared_data / "wards" / "wards-2022-bgc.geojson", Report("wards")))
    polygons = {ward.gss_code: ward.polygon for ward in index.wards}
    rows = rows_of_five_districts()
    points = shapely.points([(int(row["easting"]), int(row["northing"])) for row in rows])

    positions = index.locate_many(shapely.get_coordinates(points))

    found = [index.wards[position].gss_code if position >= 0 else None for position in positions]
    strays = {
        row["postcode"]: round(float(shapely.distance(polygons[row["ward"]], point)), 1)
        for row, point, code in zip(rows, points, found, strict=True)
        if code != row["ward"]
    }
    assert len(strays) <= (1 - _AT_LEAST) * len(rows)
    assert strays == _STRAYS


@pytest.mark.parametrize("name", ["wards-2022-bgc.geojson", "wards-2013-bgc.geojson"])
def test_degrees_of_both_datum_paths_are_transformed_back_to_the_grid(shared_data: Path, name: str) -> None:
    report = Report(name)

    wards = read_wards(shared_data / "wards" / name, report)

    vertices = shapely.get_coordinates([ward.polygon for ward in wards])
    off = abs(vertices - vertices.round(1))
    assert (off < 0.01).all(axis=1).mean() > 0.9
    assert any("EPSG:1314" in finding.problem for finding in report.findings)


async def test_official_wards_are_published_and_those_without_a_team_are_named(
    shared_data: Path, shipped_database: str, tmp_path: Path
) -> None:
    wards = shared_data / "wards" / "wards-2022-bgc.geojson"
    rows = rows_of_five_districts()
    chosen = rows[:: len(rows) // _ASKED]
    dudley = postcode_of_dudley()

    loaded = run_finder(shipped_database, "load", "wards", wards, "--publish", "--accept-warnings")
    with running_service(shipped_database, tmp_path) as server:
        codes = await ward_codes(server, [row["postcode"].replace(" ", "") for row in chosen])
        (without_team,) = await ward_codes(server, [dudley])

    assert loaded.returncode == 0, loaded.stderr
    agreeing = sum(code == row["ward"] for code, row in zip(codes, chosen, strict=True))
    assert agreeing >= _AT_LEAST * len(chosen) - 1
    assert without_team is not None  # no team has the ward of 2022, but the problem carries it


async def ward_codes(server: RunningServer, postcodes: list[str]) -> list[str | None]:
    """The ward of each postcode, whether the answer is a team or that there is none."""
    limit = asyncio.Semaphore(16)

    async def ask(session: aiohttp.ClientSession, postcode: str) -> str | None:
        async with limit, session.get(f"/api/v1/postcodes/{postcode}") as response:
            body = await response.json(content_type=None)
            code: str | None = body.get("ward", {}).get("gss_code")
            return code

    async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session:
        return list(await asyncio.gather(*(ask(session, postcode) for postcode in postcodes)))
