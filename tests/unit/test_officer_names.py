"""Names of officers as staff write them: one person, without rank and collar number."""

from pathlib import Path

import pytest

from finder.directory_files.cell_corrections import UnusableCellError
from finder.directory_files.officer_names import OfficerName, contradicts, read_officer_name
from finder.directory_files.placeholders import is_placeholder
from finder.directory_files.read_directory_file import Record, read_part
from finder.domain.release import Part
from finder.domain.team import Officer
from geodata.check_report import Finding, Report, Severity


@pytest.mark.parametrize(
    "name",
    [
        "Jo-Ann O'Neill-Smith", "Anne-Marie", "Nic Giolla Phadraig", "Vacani",
        "Si\u00e2n \u00d3 S\u00failleabh\u00e1in",
        "O\u2019Neill", "J. Smith", "J Smith", "Ng", "Na Li", "Robert (Bob) Example", 'Jane "Jo" Example',
        "Mr Sam Example", "Sam Example, MBE", "Andrea Orr", "Anderson Andrew", "Mohammed bin Said", "Di Example",
        "DI EXAMPLE",
        "John Constable", "Jane Sergeant", "April May", "Csoka Anna", "Sam Example Jr.",
        "\u0418\u0432\u0430\u043d Example",
    ],
)  # fmt: skip
def test_a_real_name_passes_as_it_is_written(name: str) -> None:
    assert read_officer_name(name) == OfficerName(name)
    assert not is_placeholder(name)


@pytest.mark.parametrize(
    ("text", "rank", "collar_number"),
    [
        ("PC Jane Example", "PC", ""),
        ("Pc Jane Example", "Pc", ""),
        ("PCSO Jane Example", "PCSO", ""),
        ("Sgt. Jane Example", "Sgt.", ""),
        ("T/Sgt Jane Example", "T/Sgt", ""),
        ("Acting Sergeant Jane Example", "Acting Sergeant", ""),
        ("Police Community Support Officer Jane Example", "Police Community Support Officer", ""),
        ("Chief Inspector Jane Example", "Chief Inspector", ""),
        ("PS Jane Example", "PS", ""),
        ("DI Jane Example", "DI", ""),
        ("Jane Example (PCSO)", "PCSO", ""),
        ("Jane Example - PC", "PC", ""),
        ("Jane Example, PCSO", "PCSO", ""),
        ("PC 1234 Jane Example", "PC", "1234"),
        ("PC1234 Jane Example", "PC", "1234"),
        ("PC 49 Jane Example", "PC", "49"),
        ("1234 PC Jane Example", "PC", "1234"),
        ("Jane Example 21564", "", "21564"),
        ("Jane Example (21564)", "", "21564"),
        ("Jane Example - 21564", "", "21564"),
        ("Jane Example #21564", "", "#21564"),
        ("Jane Example C/N 21564", "", "C/N 21564"),
        ("Jane Example Collar No. 21564", "", "Collar No. 21564"),
        ("C1234 Jane Example", "", "C1234"),
        ("Jane\tExample", "", ""),
    ],
)
def test_rank_and_collar_number_are_taken_from_the_name(text: str, rank: str, collar_number: str) -> None:
    assert read_officer_name(text) == OfficerName("Jane Example", rank, collar_number)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("PC A Example / PCSO B Example", "more than one person in one cell."),
        ("PC J Smith, PC A Khan\nPCSO B Jones", "more than one person in one cell."),
        ("PC J Smith, PC A Khan", "more than one person in one cell."),
        ("Sam Example and Jo Other", "more than one person in one cell."),
        ("SAM EXAMPLE AND JO OTHER", "more than one person in one cell."),
        ("Sam Example & Jo Other", "more than one person in one cell."),
        ("Sam Example; Jo Other", "more than one person in one cell."),
        ("Sam Example\nJo Other", "more than one person in one cell."),
        ("PC Example PCSO Other", "more than one person in one cell."),
        ("PC 1234 J Smith and PC 2345 A Khan", "more than one person in one cell."),
        ("Example, Sam", "a comma stands in the name."),
        ("Sam Example, Jo Other", "a comma stands in the name."),
        ("PC", "there is no name."),
        ("PCSO 1234", "there is no name."),
        ("1234", "there is no name."),
        ("J", "there is no name."),
        ("Jane Example 1234 5678", "there are digits in the name."),
        ("Jane Example 0121 496 0000", "there are digits in the name."),
        ("Jane Example21564", "there are digits in the name."),
        ("Jane Example (maternity leave)", "there is more than a name."),
        ("jane@example.org", "there is more than a name."),
        ("<b>Sam</b>", "there is more than a name."),
        ("Jane Example (post vacant from May)", "it says that a post is vacant, and something else."),
        ("a " * 50_000, "the name has 100,000 characters."),
    ],
)
def test_what_is_not_one_name_is_refused_with_the_remedy(text: str, problem: str) -> None:
    with pytest.raises(UnusableCellError) as raised:
        read_officer_name(text)

    assert raised.value.problem == problem
    assert raised.value.remedy


@pytest.mark.parametrize(
    "text",
    [
        "VACANT", "Vacant post", "Post vacant", "PCSO post currently vacant (from 1 January)", "Vacant - recruiting",
        "TBC", "T.B.C.", "tba", "To be confirmed", "Officer to be appointed", "not yet appointed", "n/a", "N/A", "-",
        "\u2013", "--", "?", "...", "None", "Nobody", "Unknown", "Awaiting recruitment", "Being recruited",
        "Recruitment in progress", "No PCSO at present", "New officer TBC", "*VACANT*", "vacant PCSO x2",
        "TEST DO NOT PUBLISH", "Test officer", "Not for publication",
    ],
)  # fmt: skip
def test_a_vacant_post_is_no_name(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    ("beside_name", "rank", "differs"),
    [
        ("PCSO", "Police Constable", True),
        ("PC", "Police Constable", False),
        ("PC", "PC", False),
        ("Sgt", "PS", False),
        ("A/Sgt", "Police Constable", True),
        ("PC", "Dedicated Neighbourhood Officer", False),
        ("", "PCSO", False),
    ],
)
def test_ranks_are_compared_in_any_spelling(beside_name: str, rank: str, differs: bool) -> None:  # noqa: FBT001
    assert contradicts(beside_name, rank) is differs


# In a file


def read(folder: Path, *rows: str) -> tuple[list[Record], list[Finding]]:
    path = folder / "officers.csv"
    path.write_text("\n".join(["team_id,name,rank", *rows]), encoding="utf-8")
    report = Report(path.name)
    return [each.record for each in read_part(Part.OFFICERS, path, report)], report.findings


def test_a_vacant_post_is_left_out_with_a_note(tmp_path: Path) -> None:
    found, findings = read(tmp_path, "abbey,Post vacant,PCSO", "abbey,Sam Example,PCSO")

    assert found == [Officer("abbey", "Sam Example", "PCSO")]
    assert [(each.severity, each.row, each.value, each.problem) for each in findings] == [
        (Severity.NOTE, 2, "Post vacant", "nobody has the post: the row is left out.")
    ]


def test_what_is_taken_from_a_name_is_noted(tmp_path: Path) -> None:
    found, findings = read(tmp_path, "abbey,PC 1234 Jane Example,Police Constable")

    assert found == [Officer("abbey", "Jane Example", "Police Constable")]
    assert [(each.severity, each.value, each.problem) for each in findings] == [
        (Severity.NOTE, "PC 1234 Jane Example", "the collar number is left out."),
        (Severity.NOTE, "PC 1234 Jane Example", "the rank beside the name is left out."),
    ]


@pytest.mark.parametrize("rank", ["", "TBC"])
def test_a_missing_rank_is_the_one_beside_the_name(tmp_path: Path, rank: str) -> None:
    found, _ = read(tmp_path, f"abbey,PCSO Jane Example,{rank}")

    assert found == [Officer("abbey", "Jane Example", "PCSO")]


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("abbey,Sam Example / Jo Other,PC", "name", "Sam Example / Jo Other"),
        ("abbey,PCSO Sam Example,Police Constable", "rank", "Police Constable"),
        ("abbey,Sam Example,TBC", "rank", "TBC"),
        ("abbey,,PC", "name", ""),
    ],
)
def test_an_officer_that_cannot_be_known_is_refused_once(tmp_path: Path, row: str, column: str, value: str) -> None:
    found, findings = read(tmp_path, row)

    assert found == []
    assert [(each.row, each.column, each.value) for each in findings if each.severity is Severity.ERROR] == [
        (2, column, value)
    ]
