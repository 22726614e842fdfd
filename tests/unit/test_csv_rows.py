"""Lines of a CSV text that cannot be read: each is reported, and the lines after it are read."""

import io
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from geodata.check_report import Report
from geodata.postcode_location import PostcodeLocation
from geodata.progress import NO_STEP
from geodata.readers.csv_faults import UnreadableLine
from geodata.readers.csv_rows import open_csv
from geodata.readers.postcodes.layout import EXTRACT_COLUMNS
from geodata.readers.postcodes.postcode_files import read_locations
from tests.support.progress import RecordedStep

HEADING: Final = ",".join(EXTRACT_COLUMNS)
_UNITS: Final = [f"B{district} {inward}AB" for district in range(1, 100) for inward in range(10)]
_CODE_POINT: Final = '"{}",10,407024,286642,"E92000001","E19000001","E18000005","","E08000025","E05011151"'
CODE_POINT: Final = [_CODE_POINT.format(unit) for unit in _UNITS]
PLAIN: Final = [HEADING, *(f"{unit},10,407024,286642,E08000025,E05011151" for unit in _UNITS)]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], tuple[list[PostcodeLocation], Report]]:
    """Reads the bytes of a postcode file, and gives the locations and the report."""

    def _read(content: bytes) -> tuple[list[PostcodeLocation], Report]:
        path = tmp_path / "postcodes.csv"
        path.write_bytes(content)
        report = Report(path.name)
        return list(read_locations(path, report, NO_STEP)), report

    return _read


Read = Callable[[bytes], tuple[list[PostcodeLocation], Report]]


def read_rows(text: bytes) -> tuple[list[list[str]], list[UnreadableLine]]:
    """The rows of a text, and its lines that cannot be read."""
    reported: list[UnreadableLine] = []
    with open_csv(io.BytesIO(text), reported.append) as rows:
        return list(rows), reported


@pytest.mark.parametrize("rows", [CODE_POINT, PLAIN], ids=["Code-Point Open", "our own"])
@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda row: f'"{row}', "quotation mark"),
        (lambda row: row.replace(",10,", ',10,"', 1), "quotation mark"),
        (lambda row: row.replace("E05", "\0"), "NUL"),
        (lambda row: row.replace("E05", "\udcff"), "not UTF-8"),
        (lambda row: f"{row},", "columns instead of"),
        (lambda row: row.rpartition(",")[0], "columns instead of"),
        (lambda row: f"{row},{'x' * 200_000}", "characters"),
        (lambda row: f"{row},{'x,' * 1_000_000}", "characters"),
    ],
    ids=["open", "open within", "NUL", "bytes", "more", "fewer", "cell", "line"],
)
def test_each_unreadable_line_is_reported_and_the_other_rows_are_read(
    read: Read, rows: list[str], damage: Callable[[str], str], says: str
) -> None:
    lines = list(rows)
    for place in (300, 600):
        lines[place] = damage(lines[place])
    lines[700] = lines[700].replace("407024", "x")
    content = "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")

    found, report = read(content)

    assert [each.row for each in report.findings] == [301, 601, 701]
    assert [says in each.problem and bool(each.remedy) for each in report.findings[:2]] == [True, True]
    bad = {rows[place] for place in (300, 600, 700)}
    assert [str(each.postcode) for each in found] == [
        unit for unit, row in zip(_UNITS, rows[-len(_UNITS) :], strict=True) if row not in bad
    ]


@pytest.mark.parametrize(
    "first",
    [f'"{CODE_POINT[0]}', CODE_POINT[0].replace("B", "\0", 1), CODE_POINT[0].replace("B1", "B"), f"{CODE_POINT[0]},"],
    ids=["open", "NUL", "postcode", "width"],
)
def test_the_first_line_of_code_point_open_may_be_the_one_that_is_faulty(read: Read, first: str) -> None:
    found, report = read("\n".join([first, *CODE_POINT[1:]]).encode())

    assert [each.row for each in report.findings] == [1]
    assert [str(each.postcode) for each in found] == _UNITS[1:]


def test_a_quotation_mark_open_to_the_end_of_the_file_is_reported_on_its_own_line() -> None:
    rows, reported = read_rows(b'id,text\n1,"two\nlines"\n2,"three\r\nlines\n3,c\n4,d\n')

    assert [(each.line, "never closed" in each.problem) for each in reported] == [(4, True)]
    assert rows == [["id", "text"], ["1", "two\nlines"], ["lines"], ["3", "c"], ["4", "d"]]


def test_a_quotation_mark_is_reported_on_its_own_line_when_its_row_started_earlier() -> None:
    rows, reported = read_rows(b'id,text,more\n1,"two\nlines","open\n2,b,c\n')

    assert [each.line for each in reported] == [3]
    assert rows == [["id", "text", "more"], ["2", "b", "c"]]


def test_a_mark_that_is_closed_by_the_next_one_costs_its_own_line_alone() -> None:
    rows, reported = read_rows(b'id,text\n1,"open\n2,"closed"\n3,"c"\n')

    assert [(each.line, each.problem) for each in reported] == [
        (2, "a quotation mark that is opened on this line is not closed.")
    ]
    assert rows == [["id", "text"], ["2", "closed"], ["3", "c"]]


def test_rows_that_are_long_only_together_are_none_too_long() -> None:
    row = ",".join(["x" * 90_000] * 5)

    rows, reported = read_rows(f"{row}\n".encode() * 20)

    assert (len(rows), reported) == (20, [])


def test_batches_and_reported_lines_cover_every_line() -> None:
    text = b"".join(b'a,"%d\n"\n' % n if n % 3 else b'"x"%d\n' % n for n in range(900))
    reported: list[UnreadableLine] = []
    spans = []

    with open_csv(io.BytesIO(text), reported.append) as rows:
        line = 1
        for batch in rows.batches(256):
            spans.append((line, line + 2 * len(batch)))
            line = rows.lines_read + 1

    bad = {each.line for each in reported}
    assert len(bad) == 300
    assert all(set(range(end, start)) <= bad for (_, end), (start, _) in pairwise(spans))
    assert line == 1501


def of_marks() -> Iterator[bytes]:
    yield b'postcode,positional_quality,easting,northing,district,ward\n"'
    while True:
        yield b'","\n' * 10_000


def of_open_marks() -> Iterator[bytes]:
    yield HEADING.encode() + b"\n"
    while True:
        yield b'x,"' + b"a" * 99_000 + b"\n"


def of_lines_that_are_none() -> Iterator[bytes]:
    yield HEADING.encode() + b"\n"
    while True:
        yield b'"x"y\n' * 10_000


def of_one_line() -> Iterator[bytes]:
    yield HEADING.encode() + b"\n"
    while True:
        yield b"x," * 10_000


def of_short_rows() -> Iterator[bytes]:
    yield HEADING.encode() + b"\n"
    while True:
        yield b"a,b\n" * 10_000


def of_bytes() -> Iterator[bytes]:
    yield HEADING.encode() + b"\n"
    while True:
        yield bytes(range(256)) * 40


_GARBAGE: Final = 60_000_000
_KEPT_OF_A_KIND: Final = 1_000


@pytest.mark.parametrize(
    "make", [of_marks, of_open_marks, of_lines_that_are_none, of_one_line, of_short_rows, of_bytes]
)
def test_garbage_is_given_up_soon_and_within_little_memory(tmp_path: Path, make: Callable[[], Iterator[bytes]]) -> None:
    path, report = tmp_path / "postcodes.csv", Report("postcodes.csv")
    with path.open("wb") as stream:
        for piece in make():
            if stream.write(piece) and stream.tell() > _GARBAGE:
                break
    step = RecordedStep("reading", None, in_bytes=True)
    tracemalloc.start(1)
    began = time.process_time()

    found = list(read_locations(path, report, step))

    took, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found, report.errors > 0) == ([], True)
    assert sum(step.updates) < _GARBAGE * 0.6
    assert took < 10, "of processor time, with every allocation traced"
    assert peak < 40_000_000
    assert max(Counter(each.problem for each in report.findings).values()) <= _KEPT_OF_A_KIND
    assert len(report.findings) < 3 * _KEPT_OF_A_KIND
