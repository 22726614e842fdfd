"""Nothing goes live that was not shown: what loads build on, what is refused, and how one goes back."""

import csv
from pathlib import Path
from typing import Final

import openpyxl
import pytest

from finder.domain.directory import Directory
from finder.domain.release import Kind
from finder.storage import directory_store, release_store
from finder.storage.connections import connected
from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.commands import run_finder

_DIRECTORY: Final = SHIPPED_FOLDER / "directory"
_WRONG: Final = "Wrong Example"


async def read_live(dsn: str) -> Directory:
    async with connected(dsn) as connection:
        release = await release_store.find_live(connection, Kind.DIRECTORY)
        assert release is not None
        return await directory_store.read(connection, release.number)


async def last_number(dsn: str) -> int:
    async with connected(dsn) as connection:
        return (await release_store.list_releases(connection))[-1].number


def names_of(directory: Directory, team_id: str) -> set[str]:
    return {officer.name for officer in directory.officers if officer.team_id == team_id}


def issues_of(directory: Directory, team_id: str) -> list[str]:
    return [priority.issue for priority in directory.priorities if priority.team_id == team_id]


@pytest.fixture
def officers(tmp_path: Path) -> Path:
    """Another officer of Ladywood."""
    path = tmp_path / "officers.csv"
    path.write_text(f"team_id,name,rank\nladywood,{_WRONG},PCSO\n", encoding="utf-8")
    return path


@pytest.fixture
def priorities(tmp_path: Path) -> Path:
    """Another priority of Abbey."""
    path = tmp_path / "priorities.csv"
    path.write_text("team_id,issue,issued_on\nabbey,Speeding,1 November 2026\n", encoding="utf-8")
    return path


@pytest.fixture
def teams_without_ladywood(tmp_path: Path) -> Path:
    path = tmp_path / "teams.csv"
    lines = (_DIRECTORY / "teams.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("ladywood,")), encoding="utf-8")
    return path


async def test_rows_that_somebody_left_staged_do_not_go_live_with_another_load(
    shipped_database: str, officers: Path, priorities: Path
) -> None:
    staged = run_finder(shipped_database, "load", "officers", officers, "--team", "ladywood")

    done = run_finder(shipped_database, "load", "priorities", priorities, "--team", "abbey", "--publish")

    live = await read_live(shipped_database)
    assert "Officers: 1 added" in staged.stdout
    assert done.returncode == 0, done.stderr
    assert "Officers" not in done.stdout
    assert _WRONG not in names_of(live, "ladywood")
    assert issues_of(live, "abbey") == ["Speeding"]


async def test_rows_that_were_rolled_back_do_not_go_live_with_another_load(
    shipped_database: str, officers: Path, priorities: Path
) -> None:
    run_finder(shipped_database, "load", "officers", officers, "--team", "ladywood", "--publish")
    assert _WRONG in names_of(await read_live(shipped_database), "ladywood")
    run_finder(shipped_database, "rollback", "--yes")

    run_finder(shipped_database, "load", "priorities", priorities, "--team", "abbey", "--publish")

    assert _WRONG not in names_of(await read_live(shipped_database), "ladywood")


async def test_a_staged_release_is_continued_by_name(shipped_database: str, officers: Path, priorities: Path) -> None:
    run_finder(shipped_database, "load", "officers", officers, "--team", "ladywood")
    onto = ("--onto", "directory-8")
    run_finder(shipped_database, "load", "priorities", priorities, "--team", "abbey", *onto)

    run_finder(shipped_database, "publish", "directory-9", "--yes")

    live = await read_live(shipped_database)
    assert names_of(live, "ladywood") == {_WRONG}
    assert issues_of(live, "abbey") == ["Speeding"]


@pytest.mark.parametrize("onto", ["directory-7", "wards-2", "directory-99"])
def test_only_a_staged_release_of_the_kind_can_be_continued(shipped_database: str, officers: Path, onto: str) -> None:
    done = run_finder(shipped_database, "load", "officers", officers, "--team", "ladywood", "--onto", onto)

    assert (done.returncode, onto in done.stderr) == (1, True)


async def test_publishing_at_once_is_refused_if_more_would_change_than_the_file(
    shipped_database: str, teams_without_ladywood: Path
) -> None:
    before = await read_live(shipped_database)

    options = ("--publish", "--accept-warnings")
    done = run_finder(shipped_database, "load", "teams", teams_without_ladywood, *options)

    assert done.returncode == 1
    assert "more would change than teams.csv holds. Coverage: 0 added, 0 changed, 1 gone. Officers:" in done.stderr
    assert "finder publish directory-8" in done.stderr
    assert await read_live(shipped_database) == before


async def test_a_file_is_loaded_again_if_its_rows_are_gone(shipped_database: str, teams_without_ladywood: Path) -> None:
    run_finder(shipped_database, "load", "teams", teams_without_ladywood)
    run_finder(shipped_database, "publish", "--yes", "--accept-warnings")

    teams = run_finder(shipped_database, "load", "teams", _DIRECTORY / "teams.csv")
    coverage = run_finder(
        shipped_database, "load", "coverage", _DIRECTORY / "coverage.csv", "--onto", teams.stdout.split()[1].strip(":")
    )

    assert "Staged directory-9" in teams.stdout
    assert "Coverage: 1 added" in coverage.stdout
    assert "nothing to do" not in coverage.stdout


def test_a_file_whose_rows_are_live_is_not_loaded_again(shipped_database: str) -> None:
    done = run_finder(shipped_database, "load", "officers", _DIRECTORY / "officers.csv")

    assert (done.returncode, "nothing to do" in done.stdout) == (0, True)


@pytest.mark.parametrize("part", ["teams", "officers", "priorities", "surgeries", "coverage"])
async def test_a_file_with_a_heading_only_is_refused_unless_that_is_meant(
    shipped_database: str, tmp_path: Path, part: str
) -> None:
    path = tmp_path / f"{part}.csv"
    path.write_text((_DIRECTORY / f"{part}.csv").read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")

    refused = run_finder(shipped_database, "load", part, path)
    staged = run_finder(shipped_database, "load", part, path, "--empty")

    assert (refused.returncode, "--empty" in refused.stderr) == (1, True)
    assert (staged.returncode, "Staged directory-8" in staged.stdout) == (0, True)


async def test_a_discarded_release_cannot_be_published_or_continued(shipped_database: str, officers: Path) -> None:
    run_finder(shipped_database, "load", "officers", officers, "--team", "ladywood")

    done = run_finder(shipped_database, "discard", "directory-8")

    assert done.returncode == 0
    assert run_finder(shipped_database, "publish", "directory-8", "--yes").returncode == 1
    assert "Nothing is staged" in run_finder(shipped_database, "publish", "--yes").stderr
    assert "discard directory-8" in run_finder(shipped_database, "journal").stdout
    assert run_finder(shipped_database, "discard", "directory-7").returncode == 1


async def test_a_check_and_a_refusal_use_up_no_release_numbers(shipped_database: str, tmp_path: Path) -> None:
    wrong = tmp_path / "postcodes.csv"
    text = (SHIPPED_FOLDER / "postcodes.csv").read_text(encoding="utf-8")
    wrong.write_text(text.replace("B2 4QA", "B2 4Q0"), encoding="utf-8")

    run_finder(shipped_database, "load", "postcodes", SHIPPED_FOLDER / "postcodes.csv", "--check")
    run_finder(shipped_database, "load", "postcodes", wrong)
    run_finder(shipped_database, "load", "officers", _DIRECTORY / "officers.csv", "--team", "abbey")
    run_finder(shipped_database, "load", "wards", SHIPPED_FOLDER / "wards.geojson", "--check")

    assert await last_number(shipped_database) == 7
    run_finder(shipped_database, "load", "officers", _DIRECTORY / "officers.csv", "--empty", "--check")
    assert await last_number(shipped_database) == 7


async def test_publishing_a_release_that_was_loaded_on_an_older_one_is_warned_about(
    shipped_database: str, officers: Path, priorities: Path
) -> None:
    run_finder(shipped_database, "load", "officers", officers, "--team", "ladywood")
    run_finder(shipped_database, "load", "priorities", priorities, "--team", "abbey", "--publish")

    done = run_finder(shipped_database, "publish", "directory-8", "--yes")

    assert done.returncode == 1
    assert "directory-8 was loaded on directory-7" in " ".join(done.stderr.split())


async def test_a_second_rollback_goes_further_back_and_never_forward(
    shipped_database: str, officers: Path, priorities: Path
) -> None:
    first = await read_live(shipped_database)
    run_finder(shipped_database, "load", "priorities", priorities, "--team", "abbey", "--publish")
    run_finder(shipped_database, "load", "officers", officers, "--team", "ladywood", "--publish")

    run_finder(shipped_database, "rollback", "--yes")
    run_finder(shipped_database, "rollback", "--yes")
    third = run_finder(shipped_database, "rollback", "--yes")

    assert await read_live(shipped_database) == first
    assert (third.returncode, "no earlier publication" in third.stderr) == (1, True)


def test_a_rollback_asks_and_needs_yes_without_a_terminal(shipped_database: str, officers: Path) -> None:
    run_finder(shipped_database, "load", "officers", officers, "--team", "ladywood", "--publish")

    assert run_finder(shipped_database, "rollback").returncode == 2


async def test_one_team_is_rolled_back_and_the_others_stay(
    shipped_database: str, officers: Path, priorities: Path
) -> None:
    first = await read_live(shipped_database)
    run_finder(shipped_database, "load", "officers", officers, "--team", "ladywood", "--publish")
    run_finder(shipped_database, "load", "priorities", priorities, "--team", "abbey", "--publish")

    done = run_finder(shipped_database, "rollback", "--team", "ladywood", "--yes")

    live = await read_live(shipped_database)
    assert done.returncode == 0, done.stderr
    assert names_of(live, "ladywood") == names_of(first, "ladywood")
    assert issues_of(live, "abbey") == ["Speeding"]


async def test_going_back_to_a_publication_keeps_dates_that_were_cancelled_since(
    shipped_database: str, officers: Path
) -> None:
    first = await read_live(shipped_database)
    listed = run_finder(shipped_database, "surgery", "list", "ladywood").stdout
    occurrence = next(word for word in listed.split() if word.startswith("ladywood-") and "T" in word)
    run_finder(shipped_database, "load", "officers", officers, "--team", "ladywood", "--publish")
    run_finder(shipped_database, "surgery", "cancel", occurrence, "--reason", "Snow.")

    run_finder(shipped_database, "rollback", "--to", "1", "--yes")
    kept = await read_live(shipped_database)
    run_finder(shipped_database, "rollback", "--to", "1", "--exactly", "--yes")

    assert names_of(kept, "ladywood") == names_of(first, "ladywood")
    assert [change.reason for change in set(kept.changes) - set(first.changes)] == ["Snow."]
    assert await read_live(shipped_database) == first


def test_rows_of_teams_need_teams_and_the_refusal_names_what_is_staged(empty_database: str) -> None:
    before = run_finder(empty_database, "load", "coverage", _DIRECTORY / "coverage.csv")
    run_finder(empty_database, "load", "teams", _DIRECTORY / "teams.csv")
    after = run_finder(empty_database, "load", "coverage", _DIRECTORY / "coverage.csv")

    assert (before.returncode, "load the teams first" in before.stderr) == (1, True)
    assert (after.returncode, "add --onto directory-1 " in after.stderr) == (1, True)


def test_a_load_names_the_staged_directory_that_it_does_not_contain(
    shipped_database: str, officers: Path, priorities: Path
) -> None:
    run_finder(shipped_database, "load", "officers", officers, "--team", "ladywood")

    done = run_finder(shipped_database, "load", "priorities", priorities, "--team", "abbey")

    assert "directory-8 is staged and not part of this load" in " ".join(done.stderr.split())


@pytest.fixture
def december(tmp_path: Path) -> Path:
    """A folder with two parts of the directory, each with one row more than the live one."""
    folder = tmp_path / "december"
    folder.mkdir()
    for part, row in (("officers", f"ladywood,{_WRONG},PCSO"), ("priorities", "abbey,Speeding,2026-11-01,,")):
        text = (_DIRECTORY / f"{part}.csv").read_text(encoding="utf-8")
        (folder / f"{part}.csv").write_text(f"{text}{row}\n", encoding="utf-8")
    return folder


async def test_several_parts_are_loaded_as_one_release(shipped_database: str, december: Path) -> None:
    done = run_finder(shipped_database, "load", "directory", december, "--publish", "--accept-warnings")

    live = await read_live(shipped_database)
    assert done.returncode == 0, done.stderr
    assert "Officers: 1 added, 0 changed, 0 gone." in done.stdout
    assert await last_number(shipped_database) == 8
    assert _WRONG in names_of(live, "ladywood")
    assert "Speeding" in issues_of(live, "abbey")


def test_a_whole_directory_is_loaded_before_anything_is_live(empty_database: str) -> None:
    done = run_finder(empty_database, "load", "directory", _DIRECTORY)

    assert done.returncode == 0, done.stderr
    assert "Staged directory-1: 1,911 rows" in done.stdout


def test_the_faults_of_several_files_name_their_file(shipped_database: str, december: Path) -> None:
    (december / "officers.csv").write_text("team_id,name,rank\nnowhere,A Example,PCSO\n", encoding="utf-8")
    (december / "priorities.csv").write_text("team_id,issue,issued_on\nabbey,,\n", encoding="utf-8")

    done = run_finder(shipped_database, "load", "directory", december)

    assert done.returncode == 1
    assert "officers.csv" in done.stderr
    assert "priorities.csv" in done.stderr


@pytest.mark.parametrize("content", [{}, {"officers.csv": "a", "officers.xlsx": "b"}], ids=["nothing", "two files"])
def test_a_folder_without_parts_or_with_two_files_for_one_is_refused(
    shipped_database: str, tmp_path: Path, content: dict[str, str]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, text in content.items():
        (folder / name).write_text(text, encoding="utf-8")

    done = run_finder(shipped_database, "load", "directory", folder)

    assert (done.returncode, "folder holds" in done.stderr) == (1, True)


async def test_a_workbook_with_a_sheet_for_each_part_is_a_directory(shipped_database: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for part, title in (("officers", "Officers"), ("priorities", "Priorities")):
        sheet = book.create_sheet(title)
        for line in csv.reader((_DIRECTORY / f"{part}.csv").read_text(encoding="utf-8").splitlines()):
            sheet.append(line)
    book["Officers"].append(["ladywood", _WRONG, "PCSO"])
    path = tmp_path / "directory.xlsx"
    book.save(path)

    done = run_finder(shipped_database, "load", "directory", path, "--publish", "--accept-warnings")

    assert done.returncode == 0, done.stderr
    assert _WRONG in names_of(await read_live(shipped_database), "ladywood")
