"""ONSPD and NSPL: postcodes under headings that ONS renames from release to release."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from geodata.check_report import Report, Severity
from geodata.postcode_location import PostcodeLocation
from geodata.progress import NO_STEP
from geodata.readers.postcodes.postcode_files import read_locations

CLASSIC: Final = "pcd,pcds,doterm,oslaua,osward,oseast1m,osnrth1m,osgrdind"
OF_NSPL: Final = CLASSIC.replace("oslaua,osward", "laua,ward")
OF_2025: Final = "pcd7,pcds,doterm,lad25cd,wd25cd,east1m,north1m,gridind"
ROW: Final = "B2  4QA,B2 4QA,,E08000025,E05011151,407024,286642,1"
RETIRED: Final = "B1  1AA,B1 1AA,202103,E08000025,E05011151,0406500,0286500,2"


def read(path: Path) -> tuple[list[PostcodeLocation], Report]:
    report = Report(path.name)
    return list(read_locations(path, report, NO_STEP)), report


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes the lines of a file under test."""

    def _write(*lines: str) -> Path:
        path = tmp_path / "onspd.csv"
        path.write_text("".join(f"{line}\r\n" for line in lines), encoding="utf-8", newline="")
        return path

    return _write


@pytest.mark.parametrize(
    ("name", "located"),
    [
        ("onspd-2021-05-classic-header-sample.csv", 298),
        ("onspd-2025-pcd7-header-sample.csv", 298),
        ("nspl-2025-header-sample.csv", 14),
    ],
)
def test_a_real_directory_is_read_without_an_error(shared_data: Path, name: str, located: int) -> None:
    found, report = read(shared_data / "postcodes" / name)

    assert (len(found), report.errors) == (located, 0)


@pytest.mark.parametrize("heading", [CLASSIC, OF_NSPL, OF_2025, OF_2025.replace("25cd", "31cd")])
def test_every_generation_of_the_heading_means_the_same(write: Callable[..., Path], heading: str) -> None:
    path = write(heading, ROW, RETIRED)

    found, report = read(path)

    assert ([(str(each.postcode), each.retired_on) for each in found], report.findings) == (
        [("B2 4QA", 0), ("B1 1AA", 202103)],
        [],
    )


def test_quality_is_held_ten_times_as_large(write: Callable[..., Path]) -> None:
    path = write(CLASSIC, ROW, RETIRED)

    found, _ = read(path)

    assert [each.positional_quality for each in found] == [10, 20]


def test_leading_zeros_of_a_grid_reference_do_not_matter(write: Callable[..., Path]) -> None:
    path = write(CLASSIC, RETIRED)

    (found,), _ = read(path)

    assert found.point == (406_500, 286_500)


def test_a_code_that_means_not_applicable_is_no_district(write: Callable[..., Path]) -> None:
    path = write(CLASSIC, RETIRED.replace("E08000025,E05011151", "E99999999,S99999999"))

    (found,), _ = read(path)

    assert (found.district, found.ward) == ("", "")


def test_belfast_is_left_out_and_not_located_in_cumbria(write: Callable[..., Path]) -> None:
    path = write(CLASSIC, RETIRED, "BT1 1AA,BT1 1AA,,N09000003,N08000322,334316,374675,1")

    found, report = read(path)

    assert [str(each.postcode) for each in found] == ["B1 1AA"]
    assert "1 postcode of Northern Ireland is left out" in report.findings[0].problem


def test_a_postcode_without_a_grid_reference_is_left_out(write: Callable[..., Path]) -> None:
    path = write(CLASSIC, RETIRED, "B2  4QA,B2 4QA,,,,,,9")

    found, report = read(path)

    assert (len(found), report.errors) == (1, 0)


def test_a_directory_without_any_retired_postcode_is_warned_about(write: Callable[..., Path]) -> None:
    path = write(CLASSIC, ROW)

    _, report = read(path)

    assert [(each.severity, each.column) for each in report.findings] == [(Severity.WARNING, "doterm")]


def test_an_invalid_month_is_refused(write: Callable[..., Path]) -> None:
    path = write(CLASSIC, RETIRED.replace("202103", "202113"))

    _, report = read(path)

    assert [(each.row, each.column, each.value) for each in report.findings if each.row] == [(2, "doterm", "202113")]


def test_a_missing_column_is_named(write: Callable[..., Path]) -> None:
    path = write(CLASSIC.replace(",doterm", ""), ROW.replace(",,", ","))

    _, report = read(path)

    assert [(each.row, each.column) for each in report.findings if each.row] == [(1, "doterm")]


def test_a_missing_column_is_named_as_people_would_type_it(write: Callable[..., Path]) -> None:
    path = write(CLASSIC.replace(",osward", ""), ROW.replace(",E05011151", ""))

    _, report = read(path)

    assert [each.remedy for each in report.findings if each.row] == ["Add the column osward or ward or wd25cd."]
