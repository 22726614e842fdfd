"""Boundaries without codes get them by name from a table; every name without a code is reported."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from geodata.check_report import Report
from geodata.district import District
from geodata.errors import SourceError
from geodata.readers.boundaries.read_wards import read_wards
from geodata.readers.boundaries.ward_codes import ListedWard, NamedWard, NoCode, Row, WardCodes
from geodata.readers.boundaries.ward_file_options import WardFileOptions
from geodata.ward import Ward
from tests.support.boundary_files import write_boundaries
from tests.support.builders import square

SOLIHULL: Final = District("E08000029", "Solihull")
DUDLEY: Final = District("E08000027", "Dudley")
NOWHERE: Final = District("", "")
HEADINGS: Final = ("WD26CD", "WD26NM", "LAD26CD", "LAD26NM")
BLYTHE, MARYS, MARYS_OF_DUDLEY = "E05016417", "E05016420", "E05016430"
TABLE: Final = [
    (BLYTHE, "Blythe", "E08000029", "Solihull"),
    (MARYS, "St Mary's & Wyken", "E08000029", "Solihull"),
    (MARYS_OF_DUDLEY, "St Marys and Wyken", "E08000027", "Dudley"),
]


def table(*rows: Sequence[str], headings: Sequence[str] = HEADINGS) -> tuple[WardCodes, Report]:
    report = Report("lookup.csv")
    numbered: list[Row] = list(enumerate([headings, *rows], start=1))
    return WardCodes.of_table(numbered, report), report


def find(*names: str, district: District = NOWHERE) -> list[str]:
    """The code of each name, or the problem."""
    codes, _ = table(*TABLE)
    found = codes.find_all([NamedWard(name, district) for name in names])
    return [each.gss_code if isinstance(each, ListedWard) else each.problem for each in found]


@pytest.mark.parametrize(
    "name", ["St Mary's & Wyken", "ST. MARY\u2019S AND WYKEN", "Saint Marys & Wyken Ward", " st marys  and wyken"]
)
def test_names_are_compared_without_case_and_punctuation(name: str) -> None:
    assert find(name, district=SOLIHULL) == [MARYS]


def test_a_name_of_several_districts_is_known_by_the_district() -> None:
    name = "St Mary's & Wyken"

    assert find(name, district=District("", "dudley")) == [MARYS_OF_DUDLEY]
    assert find(name, district=District("E08000029", "")) == [MARYS]


def test_a_name_of_several_districts_is_known_by_the_other_names_of_the_file() -> None:
    assert find("Blythe", "St Mary's & Wyken") == [BLYTHE, MARYS]


def test_a_name_of_several_districts_is_not_guessed() -> None:
    assert find("St Mary's & Wyken") == [
        "lookup.csv has several codes for this name: E05016420 in row 3 in Solihull, E05016430 in row 4 in Dudley."
    ]


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("Blyth", "If it is Blythe (E05016417) in row 2, write the name alike; else add a row."),
        ("Knowle", "Add a row with its name and code."),
    ],
)
def test_a_name_without_a_code_is_reported_with_one_like_it(name: str, remedy: str) -> None:
    codes, _ = table(*TABLE)

    assert codes.find_all([NamedWard(name, NOWHERE)]) == [NoCode("lookup.csv has no code for this name.", remedy)]


def test_faulty_rows_of_the_table_are_reported_with_row_and_column() -> None:
    _, report = table(("E0501", "Blythe", "", ""), (BLYTHE, "Knowle", "", ""), (BLYTHE, "Elmdon", "", ""))

    assert [(each.file, each.row, each.column, each.value, each.problem) for each in report.findings] == [
        ("lookup.csv", 2, "WD26CD", "E0501", "the GSS code is cut short."),
        ("lookup.csv", 4, "WD26CD", BLYTHE, "the code stands in row 3 too, for Knowle."),
    ]


def test_rows_that_stand_in_the_table_twice_are_one() -> None:
    codes, report = table(*TABLE, TABLE[0])

    (found,) = codes.find_all([NamedWard("Blythe", NOWHERE)])

    assert (isinstance(found, ListedWard), report.findings) == (True, [])


@pytest.mark.parametrize("headings", [("Ward code", "Ward name"), ("gss_code", "name"), ("GSS Code", "Ward")])
def test_columns_are_found_by_their_usual_names(headings: Sequence[str]) -> None:
    codes, _ = table((BLYTHE.lower(), "Blythe"), headings=headings)

    assert [(each.gss_code, each.name) for each in codes.wards] == [(BLYTHE, "Blythe")]


@pytest.mark.parametrize(
    ("headings", "says"),
    [
        (("Ref", "Ward name"), "lookup.csv must have one column of the wards' GSS codes, like gss_code, and has none"),
        (("WD25CD", "WD26CD", "WD26NM"), "and has several: WD25CD, WD26CD. Rename or remove columns."),
        (("WD26CD", "Label"), "lookup.csv must have one column of the wards' names, like ward_name, and has none"),
    ],
)
def test_a_table_without_its_columns_is_refused(headings: Sequence[str], says: str) -> None:
    with pytest.raises(SourceError) as refused:
        table((BLYTHE, "Blythe", ""), headings=headings)

    assert says in str(refused.value)


# With a file of boundaries

WARDS: Final = [
    Ward("", "Blythe", NOWHERE, square(416_000, 276_000)),
    Ward("", "St Mary's and Wyken Ward", NOWHERE, square(418_000, 276_000)),
]


def read(path: Path, *rows: Sequence[str]) -> tuple[list[Ward], Report]:
    report = Report(path.name)
    codes, _ = table(*rows)
    return read_wards(path, report, WardFileOptions(codes=codes)), report


def write(folder: Path, wards: Sequence[Ward] = WARDS) -> Path:
    return write_boundaries(folder / "Final.shp", wards, columns={"Ward_Name": "name"})


def test_wards_without_codes_are_read_with_those_of_the_table(tmp_path: Path) -> None:
    wards, report = read(write(tmp_path), *TABLE)

    assert [(ward.gss_code, ward.name, ward.district) for ward in wards] == [
        (BLYTHE, "Blythe", SOLIHULL),
        (MARYS, "St Mary's and Wyken Ward", SOLIHULL),
    ]
    assert [each.problem for each in report.findings] == [
        "2 GSS codes taken from lookup.csv, by the names of the wards."
    ]


def test_a_ward_without_a_code_is_reported_with_its_feature_and_name(tmp_path: Path) -> None:
    _, report = read(write(tmp_path), TABLE[0])

    errors = [(each.row, each.value, each.problem) for each in report.findings if each.remedy]
    assert errors == [(2, "St Mary's and Wyken Ward", "lookup.csv has no code for this name.")]


def test_wards_of_the_table_without_a_boundary_are_warned_of(tmp_path: Path) -> None:
    _, report = read(write(tmp_path, WARDS[:1]), *TABLE)

    assert [(each.file, each.problem) for each in report.findings if each.remedy] == [
        ("lookup.csv", "lookup.csv has 1 ward of the same districts without a boundary: St Mary's & Wyken (E05016420).")
    ]


def test_a_code_of_two_wards_is_reported(tmp_path: Path) -> None:
    other_shape = replace(WARDS[1], name="St Marys & Wyken", polygon=square(420_000, 276_000))

    _, report = read(write(tmp_path, [*WARDS, other_shape]), *TABLE)

    assert (
        "the code stands in the file twice: as St Mary's and Wyken Ward (Solihull) and as St Marys & Wyken (Solihull)."
        in [each.problem for each in report.findings]
    )


def test_a_file_without_codes_is_refused_with_the_option_that_helps(tmp_path: Path) -> None:
    report = Report("Final.shp")

    read_wards(write(tmp_path), report)

    assert [each.remedy for each in report.findings] == [
        "Say with --code-column which of Ward_Name it is, or give a table of names and codes with --codes-from."
    ]
