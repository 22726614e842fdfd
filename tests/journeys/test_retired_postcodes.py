"""A postcode that went out of use is still answered, and says so."""

import csv
from pathlib import Path
from typing import Final

import aiohttp

from tests.support.commands import run_finder, running_service

_HEADING: Final = "pcds,dointr,doterm,usrtypind,east1m,north1m,gridind,lad25cd,wd25cd,ctry25cd"


async def test_a_retired_postcode_finds_its_team_with_the_month_and_a_banner(
    shipped_database: str, tmp_path: Path
) -> None:
    directory = tmp_path / "NSPL_NOV_2025_UK.csv"
    directory.write_text(
        f"{_HEADING}\r\n"
        "B2 4QA,198001,,0,407024,286642,1,E08000025,E05011151,E92000001\r\n"
        "B2 4ZZ,198001,202103,0,407030,286650,1,E08000025,E05011151,E92000001\r\n"
        "BT1 1AA,199002,,1,334316,374675,1,N09000003,N08000322,N92000002\r\n"
    )
    loaded = run_finder(shipped_database, "load", "postcodes", directory, "--publish", "--accept-warnings")
    assert loaded.returncode == 0, loaded.stderr

    with running_service(shipped_database, tmp_path) as server:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session:
            retired = await (await session.get("/api/v1/postcodes/B24ZZ")).json()
            live = await (await session.get("/api/v1/postcodes/B24QA")).json()
            belfast = await (await session.get("/api/v1/postcodes/BT11AA")).json(content_type=None)
            page = await (await session.post("/find", data={"postcode": "b2 4zz"})).text()
    shown = run_finder(shipped_database, "lookup", "B2 4ZZ")

    assert retired["retired_on"] == "2021-03"
    assert retired["team"]["id"] == live["team"]["id"]
    assert "retired_on" not in live
    assert (belfast["code"], belfast["force"]["id"]) == ("outside_coverage", "northern-ireland")
    assert "out of use" in page
    assert "out of use" in shown.stdout


async def test_the_real_directories_load_in_every_generation(shared_data: Path, empty_database: str) -> None:
    names = (
        "onspd-2021-05-classic-header-sample.csv",
        "onspd-2025-pcd7-header-sample.csv",
        "nspl-2025-header-sample.csv",
    )

    outcomes = [run_finder(empty_database, "load", "postcodes", shared_data / "postcodes" / name) for name in names]

    assert [each.returncode for each in outcomes] == [0, 0, 0], [each.stderr for each in outcomes]


def test_no_postcode_of_northern_ireland_gets_a_location_in_great_britain(
    shared_data: Path, empty_database: str
) -> None:
    sample = shared_data / "postcodes" / "nspl-2025-header-sample.csv"
    with sample.open(encoding="utf-8-sig", newline="") as stream:
        irish = [row["pcds"] for row in csv.DictReader(stream) if row["ctry25cd"] == "N92000002"]

    loaded = run_finder(empty_database, "load", "postcodes", sample)

    assert irish
    assert f"{len(irish)} postcodes of Northern Ireland are left out" in " ".join(loaded.stderr.split())
