"""One row of a directory file: reads each cell as what its column should have, and reports the cells that are not."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from finder.directory_files.british_dates import (
    UnreadableError,
    parse_date,
    parse_moment,
    parse_start_and_end,
    parse_time,
)
from finder.directory_files.cell_corrections import Mended, UnusableCellError
from finder.directory_files.telephone_numbers import read_telephone
from finder.domain.contact_addresses import fault_of_email, fault_of_web_address
from geodata.check_report import Report
from geodata.errors import PostcodeMalformedError
from geodata.gss_code import gss_code_fault
from geodata.postcode import Postcode
from geodata.readers.csv_faults import character_fault
from geodata.unreadable_characters import unreadable_in

_ID: Final = re.compile(r"[a-z0-9-]{1,64}")
_FAILED_FORMULA: Final = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:\d{3}")  # Err: LibreOffice


@dataclass(slots=True)
class Row:
    """A row with its cells by column. A method that finds a fault reports it and returns the cell as it is, or None."""

    number: int
    cells: Mapping[str, str]  # stripped
    headings: Mapping[str, str]  # by column, as written in the file
    report: Report
    faulty_columns: set[str] = field(default_factory=set)

    @property
    def faulty(self) -> bool:
        """Whether any cell has a fault."""
        return bool(self.faulty_columns)

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def fault(self, column: str, problem: str, remedy: str) -> None:
        """Reports what is wrong with a cell, and what to do; only the first fault of a cell."""
        if column in self.faulty_columns:
            return
        self.faulty_columns.add(column)
        heading = self.headings.get(column, column)
        self.report.error(problem, remedy, row=self.number, column=heading, value=self[column])

    def note(self, column: str, problem: str) -> None:
        """Reports what was done with a cell, unless it has a fault."""
        if column in self.faulty_columns:
            return
        heading = self.headings.get(column, column)
        self.report.note(problem, row=self.number, column=heading, value=self[column])

    def required(self, column: str) -> str:
        """Returns a text that must not be empty."""
        if not self[column]:
            self.fault(column, "the cell is empty.", "Fill it in.")
        return self[column]

    def short(self, column: str, max_characters: int) -> str:
        """Returns a text of so many characters at most; it may be empty."""
        if len(self[column]) > max_characters:
            remedy = f"Say it in {max_characters} characters at most."
            self.fault(column, f"the text has {len(self[column]):,} characters.", remedy)
        return self[column]

    def identifier(self, column: str) -> str:
        """Returns an id: 1 to 64 lower-case letters, digits and dashes."""
        if not _ID.fullmatch(self[column]):
            self.fault(column, "not an id.", "Use 1 to 64 lower-case letters, digits and dashes.")
        return self[column]

    def web_address(self, column: str) -> str:
        """Returns the address of a page, or an empty text. It becomes a link, and a link must not run a script."""
        if self[column] and (problem := fault_of_web_address(self[column])):
            self.fault(column, problem, "Write it whole, like https://example.org/meet.")
        return self[column]

    def email(self, column: str) -> str:
        """Returns an e-mail address, or an empty text. It becomes a link, and must be nothing but one address."""
        return self.mended(column, _read_email) if self[column] else ""

    def gss_code(self, column: str) -> str:
        """Returns the nine characters of an official area code."""
        if fault := gss_code_fault(self[column]):
            self.fault(column, *fault)
        return self[column]

    def telephone(self, column: str) -> str:
        """Returns a number as people dial it, or an empty text."""
        return self.mended(column, read_telephone) if self[column] else ""

    def mended(self, column: str, read: Callable[[str], Mended]) -> str:
        """Returns what a cell stands for, and notes it if that is not what the cell has."""
        try:
            found = read(self[column])
        except UnusableCellError as error:
            self.fault(column, error.problem, error.remedy)
            return self[column]
        if found.note:
            self.note(column, found.note)
        return found.text

    def postcode(self, column: str) -> str:
        """Returns a postcode in its canonical spelling, or an empty text if the cell is empty."""
        try:
            return str(Postcode.parse(self[column])) if self[column] else ""
        except PostcodeMalformedError:
            self.fault(column, "not a postcode.", "Write the whole of it, like B2 4QA, or leave the cell empty.")
            return ""

    def day(self, column: str) -> date | None:
        """Returns a date, or None if the cell is empty."""
        try:
            return parse_date(self[column]) if self[column] else None
        except UnreadableError as error:
            self.fault(column, _because("not a date", error), "Write it like 3 December 2026 or 2026-12-01.")
            return None

    def moment(self, column: str, on: date | None = None) -> datetime | None:
        """Returns a date and time in London, or None if the cell is empty. A time without a date is on the day `on`."""
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
        """Returns whether the cell has a time without a date."""
        return _is_time(self[column])

    def split_times(self, start: str, end: str) -> None:
        """Takes start and end from the cell of the start, if that has both and the other cell is empty."""
        if not self[end] and (both := parse_start_and_end(self[start])):
            self.note(start, f"read as from {both[0]:%H:%M} to {both[1]:%H:%M}.")
            self.cells = {**self.cells, start: f"{both[0]:%H:%M}", end: f"{both[1]:%H:%M}"}

    def report_unreadable_cells(self) -> None:
        """Reports cells with a failed formula, with damaged characters or with control characters."""
        for column, text in self.cells.items():
            if _FAILED_FORMULA.fullmatch(text):
                self.fault(column, "a formula here has no result.", "Mend it, or write the value itself.")
            if not text.isascii() and (damage := character_fault((text,))):
                self.fault(column, *damage[1:])
            if not text.isprintable() and (unreadable := unreadable_in(text)):
                self.fault(column, f"the text has a control character, {unreadable}.", "Type the text anew.")


def _is_time(text: str) -> bool:
    try:
        parse_time(text)
    except UnreadableError:
        return False
    return True


def _read_email(text: str) -> Mended:
    plain = text.removeprefix("mailto:")
    if problem := fault_of_email(plain):
        raise UnusableCellError(problem, "Write one address alone, like team@example.org.")
    return Mended(plain, "" if plain == text else f"read as {plain}.")


def _because(problem: str, error: UnreadableError) -> str:
    reason = str(error)
    return reason if reason == f"{problem}." else f"{problem}: {reason}"
