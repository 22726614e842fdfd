"""A CSV file or a workbook with named columns -> numbered rows, gathering what is wrong with their cells."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from finder.directory_files.british_dates import UnreadableError, parse_date, parse_moment, parse_time
from finder.directory_files.csv_files.read_csv import read_csv
from finder.directory_files.headings import Column, match_headings
from finder.directory_files.workbooks.read_workbook import is_workbook, read_workbook
from finder.directory_files.wrong_part import refuse_headings
from finder.domain.release import Part
from finder.domain.team import is_web_address
from finder.domain.text import count_of, unreadable_in
from geodata.errors import PostcodeMalformedError, SourceError
from geodata.findings import Report
from geodata.gss_code import gss_code_fault
from geodata.postcode import Postcode
from geodata.readers.csv_rows import damage_in, other_separator
from geodata.readers.sandbox.parent import Tell
from geodata.readers.supplied_files import STANDARD_LIMITS, Limits
from geodata.readers.text_files import open_source

_MOST_BYTES: Final = 20 << 20
_MOST_ROWS: Final = 100_000
_MOST_COLUMNS: Final = 200
_ID: Final = re.compile(r"[a-z0-9-]{1,64}")
_WITHOUT_ITS_0: Final = re.compile(r"[1-9][0-9]{9}")
_FORMULA_FAILED: Final = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})


@dataclass(slots=True)
class Row:
    """One row: cells by column, stripped; reading a cell that is not what it should be reports it."""

    number: int
    cells: Mapping[str, str]
    headings: Mapping[str, str]  # by column, as the file writes them
    report: Report
    faulty: bool = False

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def fault(self, column: str, problem: str, remedy: str) -> None:
        """Report what is wrong with a cell."""
        self.faulty = True
        heading = self.headings.get(column, column)
        self.report.error(problem, remedy, row=self.number, column=heading, value=self[column])

    def required(self, column: str) -> str:
        """Text that must be there."""
        if not self[column]:
            self.fault(column, "the cell is empty.", "Fill it in.")
        return self[column]

    def short(self, column: str, longest: int) -> str:
        """Text of so many characters at most, or nothing."""
        if len(self[column]) > longest:
            remedy = f"Say it in {longest} characters at most."
            self.fault(column, f"the text has {len(self[column]):,} characters.", remedy)
        return self[column]

    def identifier(self, column: str) -> str:
        """An id: 1 to 64 lower-case letters, digits and dashes."""
        if not _ID.fullmatch(self[column]):
            self.fault(column, "not an id.", "Use 1 to 64 lower-case letters, digits and dashes.")
        return self[column]

    def web_address(self, column: str) -> str:
        """An address of a page, or nothing: it becomes a link, and a link must not be able to run a script."""
        if self[column] and not is_web_address(self[column]):
            self.fault(column, "not an address on the web.", "Write it whole, like https://example.org/meet.")
        return self[column]

    def gss_code(self, column: str) -> str:
        """The nine characters of an official area code."""
        if fault := gss_code_fault(self[column]):
            self.fault(column, *fault)
        return self[column]

    def telephone(self, column: str) -> str:
        """A number as people dial it; a spreadsheet that takes one for a sum drops its first 0."""
        if _WITHOUT_ITS_0.fullmatch(self[column]):
            self.fault(column, "the number has lost its first 0.", "Write it with spaces, like 0121 496 0000.")
        return self[column]

    def postcode(self, column: str) -> str:
        """A postcode in its canonical spelling, empty where the cell is."""
        try:
            return str(Postcode.parse(self[column])) if self[column] else ""
        except PostcodeMalformedError:
            self.fault(column, "not a postcode.", "Write the whole of it, like B2 4QA, or leave the cell empty.")
            return ""

    def day(self, column: str) -> date | None:
        """A date, None where the cell is empty."""
        try:
            return parse_date(self[column]) if self[column] else None
        except UnreadableError as error:
            self.fault(column, _because("not a date", error), "Write it like 3 December 2026 or 2026-12-01.")
            return None

    def moment(self, column: str, on: date | None = None) -> datetime | None:
        """A date and time on London's clocks, None where the cell is empty; a bare time is on the day `on`."""
        text = self[column]
        if not text:
            return None
        try:
            return datetime.combine(on, parse_time(text)) if on and _is_time(text) else parse_moment(text)
        except UnreadableError as error:
            problem = _because("not a date and time", error)
            self.fault(column, problem, "Write it like 3 December 2026 6pm or 2026-12-03 18:00.")
            return None

    def is_time(self, column: str) -> bool:
        """Whether the cell holds a time alone, without its day."""
        return _is_time(self[column])

    def refuse_what_nobody_can_read(self) -> None:
        """Report cells in which a formula has no result, and those with characters that are none."""
        for column, text in self.cells.items():
            if text in _FORMULA_FAILED:
                self.fault(column, "a formula here has no result.", "Mend it, or write the value itself.")
            if not text.isascii() and (damage := damage_in((text,))):
                self.fault(column, *damage[1:])
            if not text.isprintable() and (unreadable := unreadable_in(text)):
                self.fault(column, f"the text has a control character, {unreadable}.", "Type the text anew.")


@dataclass(frozen=True, slots=True)
class Supplied:
    """A file of the directory, what reading it may cost, and who is told the share of it that has been read."""

    path: Path
    limits: Limits = STANDARD_LIMITS
    tell: Tell = lambda _: None


def read_rows(supplied: Supplied, columns: Sequence[Column], sheet: str, report: Report) -> Iterator[Row]:
    """The rows of a file in any order of its columns, of a workbook's sheet of that name; empty rows are passed over.

    Raises SourceError where the file cannot be read at all, or is over a bound: 20 MiB, 100,000 rows, 200 columns.
    """
    path = supplied.path
    before = report.errors
    with _opened(supplied, sheet, report) as rows:
        at, written = next((row for row in rows if any(row[1])), (1, []))
        headings = [heading.strip() for heading in written]
        if report.errors > before:
            return  # the heading cannot be read, and what follows is none
        _refuse_other_tables(path.name, headings, Part(sheet))
        if len(headings) > _MOST_COLUMNS:
            raise SourceError(f"{path.name} has {len(headings):,} columns. Save it again with those that count.")
        names = match_headings(headings, columns, report, at)
        if names is None:
            return
        by_column = dict(zip(names, headings, strict=True))
        for count, (number, cells) in enumerate(rows, start=2):
            if count > _MOST_ROWS:
                raise SourceError(f"{path.name} has more than {_MOST_ROWS:,} rows. No directory file needs so many.")
            if any(cell.strip() for cell in cells) and _is_as_wide(cells, names, report, number):
                texts = (cell.strip() for cell in cells)
                yield Row(number, dict(zip(names, texts, strict=True)), by_column, report)


@contextmanager
def _opened(supplied: Supplied, sheet: str, report: Report) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Rows with the number that people see beside them: of the sheet's row, or of the text's line."""
    path = supplied.path
    with open_source(path) as stream:
        if path.stat().st_size > _MOST_BYTES:
            raise SourceError(f"{path.name} is larger than {_MOST_BYTES >> 20} MiB. No directory file needs to be.")
        head = stream.read(8)
    if is_workbook(head):
        yield enumerate(_squared(list(read_workbook(path, sheet, supplied.limits, supplied.tell))), start=1)
    else:
        with closing(read_csv(path, report, supplied.limits, supplied.tell)) as rows:
            yield rows


def _refuse_other_tables(name: str, headings: Sequence[str], part: Part) -> None:
    """Raise SourceError for headings that are not in UTF-8, not separated by commas, or those of another file."""
    if damage_in(headings):
        raise SourceError(f"{name}: the heading is not UTF-8 text. Save the file as CSV UTF-8.")
    if separated := other_separator(headings):
        raise SourceError(f"{name}: {' '.join(separated)}")
    refuse_headings(name, headings, part)


def _squared(rows: Sequence[list[str]]) -> Iterator[list[str]]:
    """Rows filled up to the width of the heading: a workbook leaves out the empty cells at their end."""
    width = len(next((row for row in rows if row), []))
    return (row + [""] * (width - len(row)) for row in rows)


def _is_as_wide(cells: Sequence[str], names: Sequence[str], report: Report, number: int) -> bool:
    if len(cells) == len(names):
        return True
    remedy = (
        "If it is the last row, the file was cut short."
        if len(cells) < len(names)
        else "Give every column a heading; put text with a comma in it between double quotes."
    )
    report.error(f"the row has {count_of(len(cells), 'column')} instead of {len(names)}.", remedy, row=number)
    return False


def _is_time(text: str) -> bool:
    try:
        parse_time(text)
    except UnreadableError:
        return False
    return True


def _because(problem: str, error: UnreadableError) -> str:
    reason = str(error)
    return reason if reason == f"{problem}." else f"{problem}: {reason}"
