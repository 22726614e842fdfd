"""Cells that a spreadsheet would run become text, and all others stay as they are."""

from pathlib import Path
from time import process_time

import numpy as np
import pytest

from finder.domain.publication_difference import PostcodeMoves
from finder.domain.spreadsheet_cells import as_text
from finder.reports.json_report import write_moves


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('=HYPERLINK("https://example.org","Click")', '\'=HYPERLINK("https://example.org","Click")'),
        ("+1+1", "'+1+1"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("@SUM(1)", "'@SUM(1)"),
        ("=", "'="),
        ("- see note", "'- see note"),
        ("  =1", "'  =1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff0b1", "'\uff0b1"),
        ("\tx", "'\tx"),
        ("\r=1", "'\r'=1"),
        ("a;=1", "a;'=1"),
        ("a\t @x", "a\t' @x"),
        ("a\n=1", "a\n'=1"),
        ("-1;=1", "-1;'=1"),
    ],
)
def test_a_formula_gets_an_apostrophe_in_front(cell: str, text: str) -> None:
    assert as_text(cell) == text


@pytest.mark.parametrize(
    "cell",
    ["", "Ladywood", "B2 4QA", "2026-12-01", "a=b", "a-b", "x@example.org", "-", "-1", "-1.898007", "+44 121 496 0000",
     "+44 (0)121 496 0000", "1;-2", " -5 ", "'=1", "10,000"],
)  # fmt: skip
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert as_text(cell) == cell


@pytest.mark.parametrize("piece", ["\t", ";", "; ", "-", ";-", ";-1", " ", "=", "\r\n", " -"])
def test_a_long_cell_takes_time_in_proportion_to_its_length(piece: str) -> None:
    started = process_time()

    as_text(piece * (16_384 // len(piece)) + "=1")

    assert process_time() - started < 0.2


def test_the_report_of_postcodes_that_change_has_no_formula(tmp_path: Path) -> None:
    moves = PostcodeMoves(
        postcodes=np.array([b"B24QA"]),
        wards=np.array([[0, 1]], dtype=np.intp),
        teams=np.array([[0, 1]], dtype=np.intp),
        ward_codes=("", "=HYPERLINK(1)"),
        team_ids=("", "-x"),
    )

    write_moves(moves, tmp_path / "moves.csv")

    assert (tmp_path / "moves.csv").read_text().splitlines()[1] == "B2 4QA,,'=HYPERLINK(1),,'-x,both"
