"""A force loads its own directory, starting from the templates, and reads the warnings about the whole directory."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from finder.directory_files.templates import TEMPLATES
from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.commands import run_finder
from tests.support.workbook_files import Hiding, save_workbook

_LATER: Final = "2027-12-24"  # a Friday; no check warns that it is far ahead


def run(dsn: str, *arguments: str | Path) -> str:
    """Runs a command that must succeed; returns its output in one line."""
    done = run_finder(dsn, *arguments)
    assert done.returncode == 0, done.stderr
    return " ".join((done.stdout + done.stderr).split())


def written(folder: Path, part: str, rows: Sequence[str]) -> Path:
    """Writes a file of a part."""
    path = folder / f"{part}.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_unchanged_templates_load_and_go_live(empty_database: str, tmp_path: Path, suffix: str) -> None:
    run(empty_database, "load", "postcodes", SHIPPED_FOLDER / "postcodes.csv")
    run(empty_database, "load", "wards", SHIPPED_FOLDER / "wards.geojson")
    folder = tmp_path / "directory"
    folder.mkdir()
    for part in TEMPLATES:
        path = folder / f"{part}.{suffix}"
        if suffix == "csv":
            path.write_text(run_finder(empty_database, "template", part).stdout, encoding="utf-8")
        else:
            run(empty_database, "template", part, "--xlsx", path)
    loaded = run(empty_database, "load", "directory", folder)
    run(empty_database, "publish", "--yes", "--accept-warnings")  # 190 wards have no team

    said = run(empty_database, "lookup", "B2 4QA")

    assert " 0 warnings." in loaded
    expected = ("Example Team", "PCSO Alex Example", "Parcels taken from doorsteps", "Drop-in at the library")
    assert [words for words in expected if words not in said] == []


def test_a_venue_is_compared_with_the_loaded_wards_and_postcodes(shipped_database: str, tmp_path: Path) -> None:
    rows = [
        "id,team_id,title,starts_at,ends_at,recurrence,venue_name,venue_postcode",
        f"inside,ladywood,Tea,{_LATER} 10:00,11:00,,Library,B2 4QA",
        f"outside,ladywood,Tea,{_LATER} 10:00,11:00,,Library,B66 4AA",
        f"nowhere,ladywood,Tea,{_LATER} 10:00,11:00,,Library,B2 4ZZ",
    ]

    said = run(shipped_database, "load", "surgeries", written(tmp_path, "surgeries", rows), "--team", "ladywood")

    assert "outside, B66 4AA the venue lies outside the team's area." in said
    assert "nowhere, B2 4ZZ the venue's postcode is not in the postcodes" in said
    assert "inside" not in said


def test_a_warning_about_one_file_remains_after_the_next_until_it_is_accepted(
    shipped_database: str, tmp_path: Path
) -> None:
    fewer = (SHIPPED_FOLDER / "directory" / "priorities.csv").read_text(encoding="utf-8").splitlines()[:9]
    said = run(shipped_database, "load", "priorities", written(tmp_path, "priorities", fewer))
    (staged,) = set(re.findall(r"Staged (directory-\d+)", said))
    officers = written(tmp_path, "officers", ["Team,Officer name,Rank", "ladywood,Only Example,PCSO"])
    run(shipped_database, "load", "officers", officers, "--team", "ladywood", "--onto", staged)

    refused = run_finder(shipped_database, "publish", "--yes")

    assert refused.returncode == 1
    assert "the file has 8 priorities" in " ".join(refused.stderr.split())


def test_a_warning_about_the_whole_directory_ends_with_the_file_that_corrects_it(
    shipped_database: str, tmp_path: Path
) -> None:
    heading = "team_id,name,rank"
    without = written(tmp_path, "officers", [heading, "ladywood,Only Example,Sergeant"])
    warned = run(shipped_database, "load", "officers", without, "--team", "ladywood")
    mended = written(tmp_path, "officers", [heading, "ladywood,Only Example,PCSO"])

    said = run(shipped_database, "load", "officers", mended, "--team", "ladywood", "--publish")

    assert "the team has no PCSO." in warned
    assert "is live" in said


def test_warnings_about_the_whole_directory_name_file_and_row(shipped_database: str, tmp_path: Path) -> None:
    heading = "team_id,name,rank"
    rows = ["aston,Only Example,Sergeant", "ladywood,New Example,PCSO", "ladywood,NEW Example,Sergeant"]
    officers = written(tmp_path, "staff of today", [heading, *rows])

    said = run_finder(shipped_database, "load", "officers", officers, "--team", "ladywood", "--team", "aston", "--json")
    lines = (SHIPPED_FOLDER / "directory" / "teams.csv").read_text(encoding="utf-8").splitlines()
    teams = written(tmp_path, "teams of today", [line.replace("aston,Aston,", "aston,Aston Cross,") for line in lines])
    onto = ("--onto", json.loads(said.stdout)["release"])
    later = run_finder(shipped_database, "load", "teams", teams, *onto, "--json")

    first, second = (json.loads(each.stdout)["findings"] for each in (said, later))
    keys = ("file", "row", "column", "value")
    assert [tuple(each[key] for key in keys) for each in first] == [
        ("staff of today.csv", 4, "name", "New Example in ladywood"),
        ("teams.csv", None, "id", "aston"),
    ]
    (row,) = (number for number, line in enumerate(lines, start=1) if line.startswith("aston,"))
    assert [tuple(each[key] for key in keys) for each in second] == [
        ("staff of today.csv", None, "name", "New Example in ladywood"),
        ("teams of today.csv", row, "id", "aston"),
    ]


def test_only_parts_of_the_directory_have_a_template(empty_database: str) -> None:
    done = run_finder(empty_database, "template", "postcodes")

    assert done.returncode == 2
    assert "nothing to fill in" in " ".join(done.stderr.split())


def test_a_workbook_that_hides_rows_loads_only_if_that_is_asked_for(shipped_database: str, tmp_path: Path) -> None:
    rows = [["team_id", "name", "rank"], ["ladywood", "Sam Example", "PCSO"], ["ladywood", "Jo Example", "PCSO"]]
    path = save_workbook(tmp_path / "officers.xlsx", {"Officers": rows}, Hiding(rows=[3]))

    refused = run_finder(shipped_database, "load", "officers", path, "--team", "ladywood")
    said = run(shipped_database, "load", "officers", path, "--team", "ladywood", "--include-hidden")

    assert refused.returncode == 1
    assert "1 row is hidden: row 3." in " ".join(refused.stderr.split())
    assert "1 row is hidden: row 3." in said
    assert "Staged" in said


def test_a_workbook_of_the_whole_directory_tells_of_each_hidden_sheet_once(
    shipped_database: str, tmp_path: Path
) -> None:
    sheets = {
        "Officers": [["team_id", "name", "rank"], ["ladywood", "Sam Example", "PCSO"]],
        "Priorities": [["team_id", "issue", "issued_on"], ["ladywood", "Parcels", "2026-11-01"]],
        "Addresses": [["Sam Example", "1 Example Street"]],
    }
    path = save_workbook(tmp_path / "december.xlsx", sheets, Hiding(sheets=["Addresses", "Priorities"]))

    refused = run_finder(shipped_database, "load", "directory", path, "--team", "ladywood")

    assert refused.returncode == 1
    assert " ".join(refused.stderr.split()).count("a sheet is hidden") == 2


def test_findings_of_a_workbook_of_the_whole_directory_name_the_sheet(shipped_database: str, tmp_path: Path) -> None:
    sheets = {
        "Officers": [["team_id", "name", "rank"], ["nowhere", "Sam Example", "PCSO"]],
        "Priorities": [["team_id", "issue", "issued_on"], ["ladywood", "Parcels", "31 November 2026"]],
    }
    path = save_workbook(tmp_path / "december.xlsx", sheets)

    refused = run_finder(shipped_database, "load", "directory", path, "--team", "ladywood", "--json")

    findings = json.loads(refused.stdout)["findings"]
    assert {(each["file"], each["row"], each["column"]) for each in findings} == {
        ("december.xlsx, sheet officers", 2, "team_id"),
        ("december.xlsx, sheet priorities", 2, "issued_on"),
    }


def test_a_column_is_left_out_with_the_option_that_the_refusal_names(shipped_database: str, tmp_path: Path) -> None:
    officers = written(tmp_path, "officers", ["Team,Officer name,Rank,Collar no", "ladywood,Sam Example,PCSO,1234"])

    refused = run_finder(shipped_database, "load", "officers", officers, "--team", "ladywood")
    run(shipped_database, "load", "officers", officers, "--team", "ladywood", "--ignore-column", "Collar no")

    assert refused.returncode == 1
    assert "--ignore-column 'Collar no'" in " ".join(refused.stderr.split())


def test_options_of_directory_files_are_refused_with_postcodes(empty_database: str) -> None:
    refused = run_finder(empty_database, "load", "postcodes", SHIPPED_FOLDER / "postcodes.csv", "--include-hidden")

    assert refused.returncode == 2
    assert "only files of the directory" in " ".join(refused.stderr.split())
