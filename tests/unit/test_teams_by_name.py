"""Teams given by their names, and rows that need something which could not be read."""

from pathlib import Path
from typing import Final

import pytest

from finder.directory_files.read_directory_file import Numbered, Record, read_records
from finder.directory_files.rows_seen import RowsSeen
from finder.directory_files.source_table import DirectoryFile
from finder.domain.directory import Coverage
from finder.domain.release import Part
from finder.domain.surgery import Change, Status
from finder.domain.team import Officer
from finder.services.loading.merge_directory import Replacement, merge
from finder.services.loading.teams_by_name import replace_names_of_teams
from geodata.check_report import Finding, Report, Severity
from tests.support.builders import PLACES, make_change, make_directory, make_officer, make_record, make_surgery

TEAMS: Final = (
    make_record("abbey", name="Abbey, Bristnall and Old Warley"),
    make_record("BE001".lower(), name="Stoke & Wyken"),
    make_record("st-annes-1", name="St Anne's"),
    make_record("st-annes-2", name="St. Annes"),
    *(make_record(f"team-{n}", name=f"Number {n}") for n in range(20)),
)


def resolve(team_id: str) -> tuple[Record, list[Finding]]:
    report = Report("officers.csv")
    (row,) = replace_names_of_teams([Numbered(2, Officer(team_id, "Sam Example", "PCSO"))], TEAMS, report)
    return row.record, report.findings


@pytest.mark.parametrize(
    ("written", "team_id"),
    [
        ("Abbey, Bristnall and Old Warley", "abbey"),
        ("ABBEY,  BRISTNALL & OLD WARLEY", "abbey"),
        ("Abbey, Bristnall and Old Warley Neighbourhood Team", "abbey"),
        ("Abbey", "abbey"),
        ("Stoke and Wyken", "be001"),
        ("BE001", "be001"),
    ],
)
def test_a_team_given_by_its_name_is_taken_with_a_note(written: str, team_id: str) -> None:
    found, findings = resolve(written)

    assert found == Officer(team_id, "Sam Example", "PCSO")
    assert [(each.severity, each.row, each.column, each.value, each.problem) for each in findings] == [
        (Severity.NOTE, 2, "team_id", written, f"read as {team_id}, the team of this name.")
    ]


@pytest.mark.parametrize("written", ["abbey", "St Annes", "Wyken", ""])
def test_an_id_stays_and_so_does_a_name_that_is_not_of_one_team(written: str) -> None:
    found, findings = resolve(written)

    assert isinstance(found, Officer)
    assert (found.team_id, findings) == (written, [])


@pytest.mark.parametrize(
    ("written", "problem", "remedy"),
    [
        ("St Anne's", "2 teams have this name.", "Write the id: st-annes-1 (St Anne's), st-annes-2 (St. Annes)."),
        ("abey", "no team has this id.", "Write the id: abbey (Abbey, Bristnall and Old Warley)."),
        ("Stoke and Wiken", "no team has this id.", "Write the id: be001 (Stoke & Wyken)."),
        (
            "Elsewhere",
            "no team has this id.",
            "Load the team first (finder load teams), or write the id of one that is there.",
        ),
    ],
)
def test_a_team_that_is_not_sure_is_refused_with_the_ids_to_choose_from(
    written: str, problem: str, remedy: str
) -> None:
    report = Report("officers.csv")
    row = Numbered(2, Officer(written, "Sam Example", "PCSO"))

    merge(make_directory(teams=TEAMS), Replacement(Part.OFFICERS, [row]), PLACES, report)

    assert [(each.value, each.problem, each.remedy) for each in report.findings] == [(written, problem, remedy)]


# Consequences


def read(folder: Path, part: Part, *lines: str) -> tuple[list[Numbered], RowsSeen, Report]:
    path = folder / f"{part}.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    report, seen = Report(path.name), RowsSeen()
    return list(read_records(part, DirectoryFile(path), report, seen)), seen, report


def test_a_file_says_how_many_rows_it_has_and_which_were_not_read(tmp_path: Path) -> None:
    rows, seen, _ = read(
        tmp_path, Part.TEAMS, "id,name,force_id,area", "abbey,,west-midlands,Sandwell", "aston,Aston,x,Aston"
    )

    assert (len(rows), seen.rows, seen.ids_of_faulty, seen.has_unreadable) == (1, 2, {"abbey"}, False)
    assert (seen.may_have("abbey"), seen.may_have("aston"), seen.is_whole) == (True, False, False)


@pytest.mark.parametrize("line", ["abbey,Abbey", 'abbey,"Abbey'])
def test_a_row_that_is_unreadable_as_a_whole_may_have_any_id(tmp_path: Path, line: str) -> None:
    _, seen, _ = read(tmp_path, Part.TEAMS, "id,name,force_id,area", line)

    assert seen.may_have("anything")


def merged(new: Replacement) -> list[tuple[Severity, str]]:
    base = make_directory("ladywood", "sparkbrook")
    report = Report("supplied.csv")
    merge(base, new, PLACES, report)
    return [(each.severity, each.problem) for each in report.findings]


def test_officers_of_a_team_that_could_not_be_read_are_no_faults() -> None:
    rows = [Numbered(2, make_officer("abbey")), Numbered(3, make_officer("other"))]

    found = merged(Replacement(Part.OFFICERS, rows, teams_seen=RowsSeen(2, {"abbey"})))

    assert found == [(Severity.ERROR, "no team has this id.")]


def test_coverage_is_not_refused_where_the_whole_file_of_teams_could_not_be_read() -> None:
    rows = [Numbered(2, Coverage("E05011151", "abbey"))]

    assert merged(Replacement(Part.COVERAGE, rows, teams_seen=RowsSeen(has_unreadable=True))) == []


def test_a_team_that_could_not_be_read_is_not_said_to_be_missing() -> None:
    rows = [Numbered(2, make_record("ladywood"))]

    assert merged(Replacement(Part.TEAMS, rows, seen=RowsSeen(2, {"sparkbrook"}))) == []


def test_a_change_of_a_series_that_could_not_be_read_is_no_fault() -> None:
    rows: list[Numbered] = [
        Numbered(3, make_change("2026-11-12 18:00", surgery_id="tea")),
        Numbered(4, Change("none", make_surgery().starts_at, Status.CANCELLED)),
    ]

    found = merged(Replacement(Part.SURGERIES, rows, seen=RowsSeen(3, {"tea"})))

    assert found == [(Severity.ERROR, "no series has this id.")]
