"""Postcode files: what is read from them, and how faults are reported."""

import shutil
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from geodata.check_report import Report
from geodata.errors import SourceError
from geodata.points_and_extents import GridPoint
from geodata.postcode import Postcode
from geodata.postcode_location import PostcodeLocation
from geodata.progress import NO_STEP
from geodata.readers.postcodes import byte_blocks
from geodata.readers.postcodes.byte_blocks import read_blocks
from geodata.readers.postcodes.code_point_open import read_block
from geodata.readers.postcodes.layout import EXTRACT_COLUMNS
from geodata.readers.postcodes.postcode_files import read_locations, unpacked_size
from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.progress import RecordedStep

HEADING: Final = ",".join(EXTRACT_COLUMNS)
ROW: Final = "B2 4QA,10,407024,286642,E08000025,E05011151"
OTHER_ROW: Final = "B1 1AY,10,406523,286448,E08000025,E05011151"
CODE_POINT_ROW: Final = '"B2 4QA",10,407024,286642,"E92000001","E19000001","E18000005","","E08000025","E05011151"\r\n'
ROW_LOCATION: Final = PostcodeLocation(
    Postcode("B2", "4QA"), GridPoint(407_024, 286_642), 10, "E08000025", "E05011151"
)  # fmt: skip


def read(path: Path) -> tuple[list[PostcodeLocation], Report]:
    report = Report(path.name)
    return list(read_locations(path, report, NO_STEP)), report


def refusal_of(path: Path) -> str:
    with pytest.raises(SourceError) as refused:
        read(path)
    return str(refused.value)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes the lines of a file under test."""

    def _write(*lines: str, name: str = "postcodes.csv", end: str = "\n") -> Path:
        path = tmp_path / name
        path.write_bytes("".join(line + end for line in lines).encode())
        return path

    return _write


@pytest.fixture(scope="module")
def walsall(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Code-Point Open as it is downloaded, but with one of its 120 postcode areas."""
    path = tmp_path_factory.mktemp("code_point") / "codepo_gb.zip"
    with (
        zipfile.ZipFile(shared_data / "postcodes" / "code-point-open-2025.2.zip") as whole,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as part,
    ):
        for name in ("Data/CSV/ws.csv", "Doc/metadata.txt"):
            part.writestr(name, whole.read(name))
    return path


# Real files


def test_the_shipped_postcodes_are_read_without_a_finding() -> None:
    found, report = read(SHIPPED_FOLDER / "postcodes.csv")

    assert (len(found), report.findings) == (94_878, [])


def test_a_real_area_is_read_from_the_zip_as_ordnance_survey_ships_it(walsall: Path) -> None:
    found, report = read(walsall)

    assert (len(found), report.errors) == (10_282, 0)


def test_postcodes_without_a_location_are_left_out_and_counted(walsall: Path) -> None:
    _, report = read(walsall)

    assert [finding.problem for finding in report.findings] == [
        "3 postcodes have no location in the source and are left out."
    ]


def test_the_bytes_reported_while_reading_a_zip_add_up_to_its_size(walsall: Path) -> None:
    step = RecordedStep("reading", None, in_bytes=True)

    for _ in read_locations(walsall, Report("codepo_gb.zip"), step):
        pass

    assert sum(step.updates) == unpacked_size(walsall)


def test_a_real_area_has_nothing_unusual_that_would_slow_its_reading(walsall: Path) -> None:
    with zipfile.ZipFile(walsall) as archive, archive.open("Data/CSV/ws.csv") as stream:
        read_at_once = [read_block(block) for block, _ in read_blocks(stream)]

    assert sum(len(block.located) + block.unlocated for block in read_at_once if block) == 10_285
    assert len(read_at_once) > 1


def test_the_october_2025_layout_is_read(shared_data: Path) -> None:
    found, report = read(shared_data / "postcodes" / "code-point-open-2025.4-sample.csv")

    districts = Counter(location.district for location in found)
    assert (report.errors, districts["E08000025"], districts["E08000031"]) == (0, 61, 60)


def test_the_fixed_width_postcodes_of_2014_are_read(shared_data: Path) -> None:
    found, report = read(shared_data / "postcodes" / "code-point-open-2014.3-sample.csv")

    postcodes = {str(location.postcode) for location in found}
    assert report.errors == 0
    assert {"B11 4RG", "B12 8RS"} <= postcodes


def test_the_file_of_headings_is_refused_in_words(shared_data: Path) -> None:
    sentence = refusal_of(shared_data / "postcodes" / "code-point-open-column-headers.csv")

    assert sentence.startswith("code-point-open-column-headers.csv begins with 'pc, pq, ea")
    assert "Load OS Code-Point Open" in sentence


def test_the_shipped_file_cut_short_is_refused_with_its_last_row(tmp_path: Path) -> None:
    whole = (SHIPPED_FOLDER / "postcodes.csv").read_bytes()
    path = tmp_path / "postcodes.csv"
    path.write_bytes(whole[: whole.index(b"\n", 100_000) - 12])

    found, report = read(path)

    assert report.errors == 1
    assert report.findings[0].row == len(found) + 2
    assert "the file was cut short" in report.findings[0].remedy


# Harmless differences


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_of_both_kinds_and_a_byte_order_mark_are_accepted(
    write: Callable[..., Path], end: str, mark: str
) -> None:
    path = write(mark + HEADING, ROW, end=end)

    found, report = read(path)

    assert (found, report.findings) == ([ROW_LOCATION], [])


def test_columns_are_accepted_in_any_order_and_others_ignored(write: Callable[..., Path]) -> None:
    path = write(
        "Ward,note,District,northing,easting,positional_quality,POSTCODE",
        "E05011151,x,E08000025,286642,407024,10,b24qa",
    )

    found, report = read(path)

    assert (found, report.findings) == ([ROW_LOCATION], [])


def test_blank_lines_are_skipped(write: Callable[..., Path]) -> None:
    path = write(HEADING, "", ROW, "", "")

    found, report = read(path)

    assert (found, report.findings) == ([ROW_LOCATION], [])


def test_a_postcode_may_have_no_district_and_no_ward(write: Callable[..., Path]) -> None:
    path = write(HEADING, "B2 4QA,60,407024,286642,,")

    found, report = read(path)

    assert ([(each.district, each.ward) for each in found], report.findings) == ([("", "")], [])


def test_one_code_point_file_is_read_without_the_zip(write: Callable[..., Path]) -> None:
    path = write(CODE_POINT_ROW, end="")

    found, report = read(path)

    assert (found, report.findings) == ([ROW_LOCATION], [])


# Faults, each with its place


def test_a_missing_column_is_named(write: Callable[..., Path]) -> None:
    path = write("postcode,positional_quality,easting,northing,ward", "B2 4QA,10,407024,286642,E05011151")

    found, report = read(path)

    assert found == []
    assert [str(each) for each in report.findings] == [
        "postcodes.csv, row 1, column district: a column is missing. Add the column district."
    ]


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("B2 4Q0,10,407024,286642,E08000025,E05011151", "postcode", "B2 4Q0"),
        ("B2 4QA,11,407024,286642,E08000025,E05011151", "positional_quality", "11"),
        ("B2 4QA,best,407024,286642,E08000025,E05011151", "positional_quality", "best"),
        ("B2 4QA,10,52.47,286642,E08000025,E05011151", "easting", "52.47"),
        ("B2 4QA,10,,286642,E08000025,E05011151", "easting", ""),
        ("B2 4QA,10,0,286642,E08000025,E05011151", "easting", "0"),
        ("B2 4QA,10,700000,286642,E08000025,E05011151", "easting", "700000"),
        ("B2 4QA,10,407024,--1,E08000025,E05011151", "northing", "--1"),
        ("B2 4QA,10,407024,-1,E08000025,E05011151", "northing", "-1"),
        ("B2 4QA,10,407024,1300000,E08000025,E05011151", "northing", "1300000"),
        ("B2 4QA,10,407024,286642,Birmingham,E05011151", "district", "Birmingham"),
        ("B2 4QA,10,407024,286642,E08000025,E0501115", "ward", "E0501115"),
    ],
)
def test_a_faulty_cell_is_reported_with_row_column_and_value(
    write: Callable[..., Path], row: str, column: str, value: str
) -> None:
    path = write(HEADING, OTHER_ROW, row)

    _, report = read(path)

    (finding,) = report.findings
    assert (finding.row, finding.column, finding.value, bool(finding.remedy)) == (3, column, value, True)


def test_a_number_of_thousands_of_digits_is_a_fault_like_any_other(write: Callable[..., Path]) -> None:
    path = write(HEADING, ROW.replace("407024", "9" * 5000))

    _, report = read(path)

    assert [(each.row, each.column, each.problem) for each in report.findings] == [
        (2, "easting", "not a whole number.")
    ]


def test_a_postcode_that_is_listed_twice_is_refused_in_any_spelling(write: Callable[..., Path]) -> None:
    path = write(HEADING, ROW, OTHER_ROW, ROW.replace("B2 4QA", "b24qa"))

    _, report = read(path)

    assert [(each.row, each.value, each.problem) for each in report.findings] == [
        (4, "b24qa", "the postcode stands in the file twice.")
    ]


def test_every_fault_is_collected_and_every_correct_row_is_read(write: Callable[..., Path]) -> None:
    path = write(HEADING, "HELLO,10,1,1,,", ROW, "B2 4QA,10", OTHER_ROW)

    found, report = read(path)

    assert (len(found), [each.row for each in report.findings]) == (2, [2, 4])


def test_the_row_that_is_reported_is_the_line_that_an_editor_shows(write: Callable[..., Path]) -> None:
    rows = (f'{OTHER_ROW},"two\nlines"', f"{ROW},x,x", f"{ROW.replace('407024', 'x')},one", f"{ROW},one")
    path = write(f"{HEADING},note", *rows)

    found, report = read(path)

    assert [each.row for each in report.findings] == [4, 5]
    assert len(found) == 2


def test_a_fault_far_down_is_reported_with_its_line_and_affects_no_other_row(write: Callable[..., Path]) -> None:
    rows = [f"B{district} {inward}AB,10,406523,286448,," for district in range(1, 100) for inward in range(10)]
    rows[700] = rows[300]
    path = write(HEADING, "", *rows)

    found, report = read(path)

    assert [(each.row, each.value) for each in report.findings] == [(703, rows[300].split(",")[0])]
    assert [str(each.postcode) for each in found] == [row.split(",")[0] for row in rows[:700] + rows[701:]]


@pytest.mark.parametrize("size", [100, 1_000, 100_000])
def test_a_fault_far_down_in_code_point_open_is_reported_with_its_line(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(byte_blocks, "_BLOCK", size)
    spellings = [f"B{district} {inward}AB" for district in range(1, 100) for inward in range(10)]
    rows = [CODE_POINT_ROW.replace("B2 4QA", spelling) for spelling in spellings]
    rows[700] = rows[300]
    rows[800] = rows[800].replace("407024", "x")
    path = write(*rows, end="")
    step = RecordedStep("reading", None, in_bytes=True)

    report = Report(path.name)
    found = [str(each.postcode) for each in read_locations(path, report, step)]

    assert [(each.row, each.value) for each in report.findings] == [(701, spellings[300]), (801, "x")]
    assert found == spellings[:700] + spellings[701:800] + spellings[801:]
    assert sum(step.updates) == path.stat().st_size


def test_a_damaged_line_far_down_in_code_point_open_is_named(write: Callable[..., Path]) -> None:
    spellings = [f"B{district} {inward}AB" for district in range(1, 100) for inward in range(10)]
    rows = [CODE_POINT_ROW.replace("B2 4QA", spelling) for spelling in spellings]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(byte_blocks, "_BLOCK", 1_000)
        found, report = read(write(*rows[:700], rows[700].replace("E92", "\0"), *rows[701:], end=""))

    (finding,) = report.findings
    assert str(finding) == (
        "postcodes.csv, row 701, value '\ufffd000001': there is a NUL character. Save the file as CSV UTF-8."
    )
    assert [str(each.postcode) for each in found] == spellings[:700] + spellings[701:]


_OTHER_CODE_POINT_ROW: Final = CODE_POINT_ROW.replace("B2 4QA", "B1 1AY")


@pytest.mark.parametrize(
    "block",
    [
        CODE_POINT_ROW.replace("\r\n", ',""\r\n') + _OTHER_CODE_POINT_ROW.replace('"",', ""),
        CODE_POINT_ROW.replace('"E92000001","E19000001"', '","E190"000001"'),
        CODE_POINT_ROW.replace("\r", "x") + _OTHER_CODE_POINT_ROW.replace("E92", "\r"),
        CODE_POINT_ROW.replace("\r", "") + _OTHER_CODE_POINT_ROW,
        CODE_POINT_ROW.replace("E92000001", "x" * 101),
        CODE_POINT_ROW + _OTHER_CODE_POINT_ROW[:-2],
        "\r\n" + CODE_POINT_ROW,
    ],
    ids=["commas", "quotation marks", "returns", "line ends", "width", "no end", "blank line"],
)
def test_an_irregular_block_is_read_row_by_row(block: str) -> None:
    assert read_block((CODE_POINT_ROW + _OTHER_CODE_POINT_ROW).encode()) is not None

    assert read_block(block.encode()) is None


def test_the_faults_before_a_line_that_cannot_be_read_are_still_reported(write: Callable[..., Path]) -> None:
    path = write(HEADING, ROW.replace("407024", "x"), '"B1 1AY,10,406523')

    _, report = read(path)

    assert [each.row for each in report.findings] == [2, 3]


@pytest.mark.parametrize("lines", [(HEADING,), (HEADING, "B2 4QA,90,0,0,,")])
def test_a_file_without_a_located_postcode_is_refused(write: Callable[..., Path], lines: tuple[str, ...]) -> None:
    path = write(*lines)

    _, report = read(path)

    assert [each.problem for each in report.findings if each.remedy] == ["there is no located postcode in the file."]


def test_a_fault_in_a_zip_names_the_member_and_its_row(tmp_path: Path) -> None:
    path = tmp_path / "codepo_gb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Data/CSV/b.csv", CODE_POINT_ROW + CODE_POINT_ROW.replace("407024", "x"))

    _, report = read(path)

    assert [(each.file, each.row, each.column) for each in report.findings] == [("codepo_gb.zip/b.csv", 2, "easting")]


# Files that cannot be read at all


@pytest.mark.parametrize("content", [b"", b"\r\n", b"hello", b"\x89PNG\r\n\x1a\n", b"<html>", b"postcode\xff"])
def test_a_file_that_is_not_of_postcodes_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "postcodes.csv"
    path.write_bytes(content)

    sentence = refusal_of(path)

    assert sentence.startswith("postcodes.csv")


def test_text_in_another_encoding_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "postcodes.csv"
    path.write_text(f"{HEADING}\n{ROW}\n", encoding="utf-16-le")

    sentence = refusal_of(path)

    assert "Save the file as CSV UTF-8" in sentence


@pytest.mark.parametrize("row", ['"B1 1AY,10,406523', OTHER_ROW + "\0"], ids=["open quotation mark", "NUL"])
def test_a_line_that_is_not_a_row_is_refused_with_its_number(write: Callable[..., Path], row: str) -> None:
    path = write(HEADING, ROW, row)

    _, report = read(path)

    assert [(each.file, each.row, bool(each.remedy)) for each in report.findings] == [("postcodes.csv", 3, True)]


@pytest.mark.parametrize("name", ["none.csv", "none.zip"])
def test_an_absent_file_is_refused_in_words(tmp_path: Path, name: str) -> None:
    sentence = refusal_of(tmp_path / name)

    assert sentence.startswith(f"{name} cannot be read: No such file or directory.")


@pytest.mark.parametrize("place", ["codepo_gb/Data/CSV", "Data/CSV", "unpacked"])
def test_a_folder_is_read_like_the_zip_that_it_was_unpacked_from(tmp_path: Path, place: str) -> None:
    folder = tmp_path / place
    folder.mkdir(parents=True)
    (folder / "b.csv").write_text(CODE_POINT_ROW)
    (folder / "ws.csv").write_text(CODE_POINT_ROW.replace("B2 4QA", "WS1 1AA"))
    (folder / "notes.csv").write_text("not a table of postcodes")

    found, report = read(tmp_path if "Data" in place else folder)

    assert [str(each.postcode) for each in found] == ["B2 4QA", "WS1 1AA"]
    assert report.findings == []


def test_a_folder_of_something_else_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "beach.txt").write_text("sand")

    sentence = refusal_of(tmp_path)

    assert "Load OS Code-Point Open" in sentence


def test_a_zip_of_something_else_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "holiday.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("beach.txt", "sand")

    sentence = refusal_of(path)

    assert sentence.startswith("holiday.zip holds neither Data/CSV/*.csv")


def test_a_zip_cut_short_is_refused_in_words(walsall: Path, tmp_path: Path) -> None:
    path = tmp_path / "codepo_gb.zip"
    shutil.copy(walsall, path)
    with path.open("r+b") as stream:
        stream.truncate(100_000)

    sentence = refusal_of(path)

    assert "codepo_gb.zip is not a whole zip file" in sentence


def test_a_zip_damaged_within_is_refused_in_words(walsall: Path, tmp_path: Path) -> None:
    path = tmp_path / "codepo_gb.zip"
    content = bytearray(walsall.read_bytes())
    content[60:90] = b"\xff" * 30
    path.write_bytes(content)

    sentence = refusal_of(path)

    assert "codepo_gb.zip is not a whole zip file" in sentence


def test_a_zip_with_a_password_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "codepo_gb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Data/CSV/b.csv", CODE_POINT_ROW)
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag of an encrypted member, in the central directory
    path.write_bytes(content)

    sentence = refusal_of(path)

    assert "locked with a password" in sentence
