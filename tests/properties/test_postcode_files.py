"""Checking postcode files by blocks or columns finds the same as checking them row by row."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from geodata.check_report import Finding, Report
from geodata.errors import SourceError
from geodata.postcode_location import PostcodeLocation
from geodata.progress import NO_STEP
from geodata.readers.postcodes import byte_blocks, postcode_files
from geodata.readers.postcodes.batch_checks import BatchChecker
from geodata.readers.postcodes.postcode_files import read_locations

_CLASSIC: Final = "pcds,osgrdind,oseast1m,osnrth1m,oslaua,osward,doterm"
_EXTRACT: Final = "postcode,positional_quality,easting,northing,district,ward,note"

distinct = [f"B1 {digit}A{letter}" for digit in range(10) for letter in "ABD"]
unusual = [
    "B24QA",
    "B2  4QA",
    "b2 4qa",
    "B2 4Q0",
    "B1O OAB",
    "WV100AA",
    "BT1 1AA",
    "",
    " B2 4QA",
    "B2\n4QA",
    "B2 4QA     ",
]
spellings = st.sampled_from([*distinct, *unusual])
qualities = st.sampled_from(["10", "10", "1", "9", "60", "90", "11", "", " 10", "1_0"])
metres = st.sampled_from(
    ["407024", "407024", "0286642", "0", "-1", "700000", "1300000", "x", "", "\u0664", "4e5", " 7"]
)
codes = st.sampled_from(["E05011151", "E05011151", "", "E99999999", "E0501115", "x\ty"])
months = st.sampled_from(["", "", "202103", "202113", "0202103", "x"])
rows = st.tuples(spellings, qualities, metres, metres, codes, codes, months)
lines = st.one_of(rows, rows, rows, rows, st.just(()), st.just(("B2 4QA", "10")))


# Rows of Code-Point Open: mostly as they are, some with a cell of another spelling, some spoilt.
others = st.sampled_from(["", "E92000001", "E19000001", "x", "a,b", 'a""b', "a\nb", "\u00e9", "\0", "x" * 101])
usual = st.tuples(
    st.builds("{} {}AB".format, st.sampled_from(["B1", "WV10", "EC1A", "ZE1"]), st.integers(0, 9)),
    st.sampled_from(["10", "60", "90"]),
    st.sampled_from(["407024", "7"]),
    st.sampled_from(["286642", "1299999"]),
    st.sampled_from(["E05011151", ""]),
)
odd = st.tuples(spellings, qualities, metres, metres, codes)
line_ends = st.sampled_from(["\r\n", "\r\n", "\n", "\r\r\n", "\r"])


@st.composite
def code_point_rows(draw: st.DrawFn) -> str:
    """A row of Code-Point Open with its line end; of forty some four are out of the ordinary."""
    unusual = draw(st.integers(0, 40))
    postcode, quality, easting, northing, code = draw(odd if unusual == 1 else usual)
    other = draw(others) if unusual == 2 else "E92000001"
    row = f'"{postcode}",{quality},{easting},{northing},"{other}","","E18000005","","E08000025","{code}"'
    if unusual == 3:
        spoilt, mark = draw(st.integers(0, len(row))), draw(st.sampled_from(["", '"', ",", " ", "\n", "7"]))
        row = row[:spoilt] + mark + row[spoilt + 1 :]
    return row + (draw(line_ends) if unusual == 4 else "\r\n")


def read(content: str) -> tuple[list[PostcodeLocation], list[Finding]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "postcodes.csv"
        path.write_text(content, encoding="utf-8", newline="")
        report = Report(path.name)
        return list(read_locations(path, report, NO_STEP)), report.findings


@given(st.sampled_from([_CLASSIC, _EXTRACT]), st.lists(lines, max_size=12), st.integers(1, 4))
def test_reading_by_columns_gives_the_same_as_row_by_row(
    heading: str, given_rows: list[tuple[str, ...]], batch: int
) -> None:
    quoted = [",".join(f'"{cell}"' for cell in row) for row in given_rows]
    content = "\r\n".join([heading, *quoted, ""])

    with patch.object(postcode_files, "_BATCH_SIZE", batch):
        by_columns = read(content)
    with patch.object(BatchChecker, "_check_columns", return_value=None):
        row_by_row = read(content)

    assert by_columns == row_by_row


def read_or_refusal(content: str) -> tuple[list[PostcodeLocation], list[Finding]] | str:
    try:
        return read(content)
    except SourceError as refusal:
        return str(refusal)


@given(st.lists(code_point_rows(), max_size=12), st.integers(40, 400))
def test_reading_code_point_open_by_blocks_gives_the_same_as_row_by_row(given_rows: list[str], size: int) -> None:
    content = "".join(given_rows)

    with patch.object(byte_blocks, "_BLOCK", size):
        by_blocks = read_or_refusal(content)
    with (
        patch.object(postcode_files, "read_block", return_value=None),
        patch.object(BatchChecker, "_check_columns", return_value=None),
    ):
        row_by_row = read_or_refusal(content)

    assert by_blocks == row_by_row
