"""New boundaries from the file to the publication: check, compare, draft the coverage, load it, publish."""

import csv
import json
from pathlib import Path

import pytest

from finder.errors import PublishRefusedError
from finder.services.publishing.plan import plan_publication
from finder.services.publishing.plan_rollback import Rollback, plan_rollback
from finder.storage.connections import Connection, connected
from geodata.police_forces import PoliceForces
from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.commands import run_finder
from tests.support.stored_releases import read_live_directory, stage_directory


def finder(dsn: str, *arguments: str | Path) -> str:
    """Runs a command that must succeed; returns what it printed."""
    done = run_finder(dsn, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.shared_data
def test_wards_of_another_vintage_are_compared_drafted_and_published(
    shared_data: Path, shipped_database: str, tmp_path: Path
) -> None:
    official = shared_data / "wards" / "wards-2022-bgc.geojson"
    coverage, moved, page = tmp_path / "coverage.csv", tmp_path / "moved.csv", tmp_path / "changes.html"
    finder(shipped_database, "load", "wards", official)

    found = json.loads(finder(shipped_database, "diff", "--json", "--csv", moved, "--html", page))
    drafted = finder(shipped_database, "coverage-draft", coverage)
    finder(shipped_database, "load", "coverage", coverage)
    refused = run_finder(shipped_database, "publish", "--yes")
    published = finder(shipped_database, "publish", "--yes", "--accept-warnings")

    assert (len(found["wards"]["new"]), len(found["wards"]["gone"])) == (44, 44)
    assert "agree with the boundaries for 77.6%" in found["warnings"][0]["problem"]
    bare = [each["problem"] for each in found["warnings"] if each["problem"].startswith("has no team")]
    counts = [int(problem.rpartition(" ")[2].strip(".").replace(",", "")) for problem in bare]
    assert len(counts) == 44
    assert counts == sorted(counts, reverse=True)
    with moved.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert sum(row["ward_before"] != row["ward_after"] for row in rows) == found["postcodes"]["change_ward"] > 13_000
    assert "<svg" in page.read_text(encoding="utf-8")
    assert "E05001236" in drafted
    assert refused.returncode == 1
    assert "has no team" not in refused.stderr
    assert "Publication 2 is live" in published


async def test_the_data_that_ships_raises_no_warning(shipped_connection: Connection) -> None:
    staged = await stage_directory(shipped_connection, await read_live_directory(shipped_connection))

    plan = await plan_publication(shipped_connection, [staged], PoliceForces.read())

    assert plan.warnings == ()


def test_a_load_is_reported_as_json_and_as_a_page(shipped_database: str, tmp_path: Path) -> None:
    page, wards = tmp_path / "report.html", tmp_path / "wards.geojson"
    text = (SHIPPED_FOLDER / "wards.geojson").read_text(encoding="utf-8")
    wards.write_text(text.replace('"WD25NM":"Ladywood"', '"WD25NM":"Lady Wood"'), encoding="utf-8")

    shown = json.loads(finder(shipped_database, "load", "wards", wards, "--json", "--html", page))

    assert (shown["refused"], shown["release"], shown["errors"]) == (False, "wards-8", 0)
    assert "renamed, was Ladywood" in page.read_text(encoding="utf-8")


def test_a_refused_load_is_reported_too(shipped_database: str, tmp_path: Path) -> None:
    page, officers = tmp_path / "report.html", tmp_path / "officers.csv"
    officers.write_text("team_id,name,rank\nnowhere,A Example,PCSO\n", encoding="utf-8")

    done = run_finder(shipped_database, "load", "officers", officers, "--json", "--html", page)

    assert done.returncode == 1
    assert json.loads(done.stdout)["refused"] is True
    assert "no team has this id" in page.read_text(encoding="utf-8")


def test_the_journal_is_shown_and_printed_as_json(shipped_database: str) -> None:
    shown = finder(shipped_database, "journal", "--last", "1")
    entries = json.loads(finder(shipped_database, "journal", "--json"))

    assert "the data that ships" in shown
    assert [entry["action"] for entry in entries] == ["load"] * 7 + ["publish"]
    assert entries[0]["file"] == "postcodes.csv"


def test_a_time_that_the_clocks_skip_is_refused_before_anything_is_read(shipped_database: str) -> None:
    done = run_finder(shipped_database, "publish", "--yes", "--at", "2027-03-28 01:30")

    assert done.returncode == 1
    assert "the clocks skip it" in done.stderr


async def test_a_rollback_of_what_was_pruned_is_refused_in_words(shipped_database: str) -> None:
    async with connected(shipped_database) as connection:
        await connection.execute("INSERT INTO release_pruning (release, pruned_by) VALUES (7, 'a test')")
        staged = await stage_directory(connection, await read_live_directory(connection))
    finder(shipped_database, "publish", staged, "--yes")

    async with connected(shipped_database) as connection:
        with pytest.raises(PublishRefusedError, match="Load the file again"):
            await plan_rollback(connection, Rollback(), PoliceForces.read())
