"""Workbooks made to do harm, given to the real command: they are refused fast, in words, and with little memory."""

import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from openpyxl import Workbook

from tests.support.measured_load import MAX_CPU_SECONDS, MAX_KIB, run_load, write_zip
from tests.support.workbook_files import ods_table, save_ods_tables, save_workbook, save_xls_stream, xls_workbook

_LOADER: Final = 250_000  # KiB: the command itself; another process has the workbook in its memory


def workbook(folder: Path, rows: int = 1) -> Path:
    """Saves a workbook of officers with the same name."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["team_id", "name", "rank"])
    for _ in range(rows):
        sheet.append(["ladywood", "Sam Example", "PCSO"])
    path = folder / "officers.xlsx"
    book.save(path)
    return path


def changed(path: Path, part: str, pattern: str, by: str) -> Path:
    """Replaces the first match in one of the XML files of a workbook."""
    with zipfile.ZipFile(path) as source:
        members = [(each.filename, source.read(each)) for each in source.infolist()]
    assert any(name.endswith(part) for name, _ in members)
    return write_zip(
        path,
        *(
            (name, re.sub(pattern, lambda _: by, text.decode()).encode() if name.endswith(part) else text)
            for name, text in members
        ),
    )


_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRINGS: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def sharing(folder: Path, strings: str, rows: int = 1, declared: str = "") -> Path:
    """Saves officers whose cells refer to the first of some shared strings, as Excel writes text."""
    path = changed(
        workbook(folder, rows),
        "Types].xml",
        "<Override",
        f'<Override PartName="/xl/s.xml" ContentType="{_STRINGS}" /><Override',
    )
    path = changed(path, "sheet1.xml", 't="inlineStr"><is><t>Sam Example</t></is>', 't="s"><v>0</v>')
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/s.xml", f'{declared}<sst xmlns="{_MAIN}">{strings}</sst>')
    return path


def zip_bomb(folder: Path) -> Path:
    path = workbook(folder)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/bomb", "w") as member:
        for _ in range(400):
            member.write(bytes(1_000_000))
    return path


def bomb_that_understates_itself(folder: Path) -> Path:
    path = zip_bomb(folder)
    content = bytearray(path.read_bytes())
    directory = content.rfind(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (1_000).to_bytes(4, "little")
    path.write_bytes(content)
    return path


def countless_names(folder: Path) -> Path:
    """Saves a zip with a long list of members, which are all the same file."""
    small = workbook(folder).read_bytes()
    start, end = small.find(b"PK\x01\x02"), small.rfind(b"PK\x05\x06")
    listed = small[start:end] * 20_000
    tail = small[end : end + 12] + len(listed).to_bytes(4, "little") + small[end + 16 :]
    path = folder / "officers.xlsx"
    path.write_bytes(small[:start] + listed + tail)
    return path


def huge_shared_strings(folder: Path) -> Path:
    """Saves two million shared strings in a very small file."""
    return sharing(folder, "<si><t>x</t></si>" * 2_000_000)


def many_shared_strings_within_the_limit(folder: Path) -> Path:
    """Saves as many as the limit allows, and a sheet that is cut short: they are all read before that is noticed."""
    return changed(sharing(folder, "<si><t/></si>" * 300_000), "sheet1.xml", "</sheetData>.*", "")


def long_shared_string(folder: Path) -> Path:
    """Saves a text of a megabyte in thousands of cells."""
    return sharing(folder, f"<si><t>{'x' * 1_000_000}</t></si>", rows=5_000)


def billion_laughs(folder: Path) -> Path:
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    return sharing(folder, "<si><t>&l9;</t></si>", declared=f'<!DOCTYPE sst [<!ENTITY l0 "ha">{laughs}]>')


def file_as_entity(folder: Path) -> Path:
    """Saves an entity that blocks a program that opens it."""
    trap = folder / "trap"
    os.mkfifo(trap)
    return sharing(folder, "<si><t>&x;</t></si>", declared=f'<!DOCTYPE sst [<!ENTITY x SYSTEM "file://{trap}">]>')


def million_empty_rows(folder: Path) -> Path:
    return changed(workbook(folder), "sheet1.xml", "</sheetData>", "<row/>" * 1_000_000 + "</sheetData>")


def million_missing_rows(folder: Path) -> Path:
    last = '<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
    return changed(workbook(folder), "sheet1.xml", "</sheetData>", last)


def deeply_nested(folder: Path) -> Path:
    return changed(workbook(folder), "sheet1.xml", "<sheetData>", "<sheetData>" + "<row>" * 600_000)


def ods_with_a_cell_far_away(folder: Path) -> Path:
    """Saves twenty million cells: all are empty except the first and the last."""
    first = "<table:table-row><table:table-cell office:value-type='float' office:value='1'/></table:table-row>"
    gap = "<table:table-row table:number-rows-repeated='19998'><table:table-cell/></table:table-row>"
    last = (
        "<table:table-row><table:table-cell table:number-columns-repeated='999'/>"
        "<table:table-cell office:value-type='float' office:value='1'/></table:table-row>"
    )
    return save_ods_tables(folder / "officers.ods", ods_table("officers", [first, gap, last]))


def xls_with_a_cell_far_away(folder: Path) -> Path:
    """Saves sixteen million cells, as many as the format has: all are empty except the first and the last."""
    rows: list[list[object]] = [["team_id"], *[[] for _ in range(65_534)], [*[None] * 255, 1]]
    return save_workbook(folder / "officers.xls", {"officers": rows})


def xls_that_ends_in_a_record(folder: Path) -> Path:
    """Saves a stream that ends in the middle of a record."""
    stream = xls_workbook({"officers": [["team_id", "name", "rank"]] * 1_000}).get_biff_data()
    return save_xls_stream(folder / "officers.xls", stream[: len(stream) // 2])


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (zip_bomb, "unpacks to more than 4 MiB"),
        (bomb_that_understates_itself, "is not a whole"),
        (countless_names, "lists more files than a source has"),
        (huge_shared_strings, "unpacks to more than 4 MiB"),
        (many_shared_strings_within_the_limit, "is not a whole workbook"),
        (long_shared_string, "has more than 20,000,000 characters"),
        (billion_laughs, "declares entities"),
        (file_as_entity, "declares entities"),
        (million_empty_rows, "unpacks to more than 4 MiB"),
        (million_missing_rows, "has more than 500,000 cells"),
        (deeply_nested, "is not a whole workbook"),
        (ods_with_a_cell_far_away, "needs more than 700 MB of memory"),
        (xls_with_a_cell_far_away, "needs more than 700 MB of memory"),
        (xls_that_ends_in_a_record, "has no sheet with cells"),
    ],
)
def test_a_hostile_workbook_is_refused_fast_and_with_little_memory(
    empty_database: str, tmp_path: Path, make: Callable[[Path], Path], says: str
) -> None:
    ended = run_load(empty_database, "teams", make(tmp_path))

    assert (ended.code, says in ended.output, "Traceback" in ended.output) == (1, True, False), ended.output
    assert ended.cpu_seconds < MAX_CPU_SECONDS
    assert ended.peak_kib < MAX_KIB


def test_a_workbook_that_takes_too_long_ends_only_its_reader(empty_database: str, tmp_path: Path) -> None:
    path = sharing(tmp_path, "<si><t/></si>" * 300_000)

    ended = run_load(empty_database, "teams", path, FINDER_LOAD_SECONDS="1")

    assert (ended.code, "Traceback" in ended.output) == (1, False), ended.output
    assert "officers.xlsx was still being read after 1 s. Copy the rows to a new workbook" in ended.output
    assert ended.peak_kib < _LOADER
