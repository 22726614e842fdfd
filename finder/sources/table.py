"""A CSV file with named columns -> numbered rows, gathering what is wrong with its shape."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from geodata.report import Report
from geodata.sources.tables import open_source, open_text

_TIME_FORMATS: Final = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
_GSS_CODE: Final = re.compile(r"[EWSN][0-9]{8}")
_ID: Final = re.compile(r"[a-z0-9-]{1,64}")


@dataclass(slots=True)
class Row:
    """One row: cells by column, stripped; reading a cell that is not what it should be reports it."""

    number: int
    cells: dict[str, str]
    report: Report
    faulty: bool = False

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def fault(self, column: str, problem: str, remedy: str) -> None:
        """Report what is wrong with a cell."""
        self.faulty = True
        self.report.error(problem, remedy, row=self.number, column=column, value=self[column])

    def required(self, column: str) -> str:
        """Text that must be there."""
        if not self[column]:
            self.fault(column, "the cell is empty.", "Fill it in.")
        return self[column]

    def identifier(self, column: str) -> str:
        """An id: 1 to 64 lower-case letters, digits and dashes."""
        if not _ID.fullmatch(self[column]):
            self.fault(column, "not an id.", "Use 1 to 64 lower-case letters, digits and dashes.")
        return self[column]

    def gss_code(self, column: str) -> str:
        """The nine characters of an official area code."""
        if not _GSS_CODE.fullmatch(self[column]):
            self.fault(column, "not a GSS code.", "It is a letter and eight digits, like E05011151.")
        return self[column]

    def date(self, column: str) -> date | None:
        """A date, None where the cell is empty."""
        try:
            return date.fromisoformat(self[column]) if self[column] else None
        except ValueError:
            self.fault(column, "not a date.", "Write it like 2026-12-01.")
            return None

    def wall_clock(self, column: str) -> datetime | None:
        """A date and time on the clocks of Europe/London, None where the cell is empty."""
        if not self[column]:
            return None
        for pattern in _TIME_FORMATS:
            try:
                return datetime.strptime(self[column], pattern)  # noqa: DTZ007 - wall-clock by definition
            except ValueError:
                continue
        self.fault(column, "not a date and time.", "Write it like 2026-12-03 18:00.")
        return None


def read_rows(path: Path, required: Sequence[str], optional: Sequence[str], report: Report) -> Iterator[Row]:
    """The rows of a file whose heading has at least the required columns, in any order; empty rows are passed over."""
    with open_source(path) as stream, open_text(stream, path.name) as lines:
        columns = [cell.strip().lower() for cell in next(lines, [])]
        if not _heading_is_right(columns, required, optional, report):
            return
        for number, cells in enumerate(lines, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                problem = f"the row has {len(cells)} columns instead of {len(columns)}."
                report.error(problem, "If it is the last row, the file was cut short.", row=number)
                continue
            yield Row(number, dict(zip(columns, (cell.strip() for cell in cells), strict=True)), report)


def _heading_is_right(columns: list[str], required: Sequence[str], optional: Sequence[str], report: Report) -> bool:
    before = report.errors
    for column in required:
        if column not in columns:
            report.error("a column is missing.", f"Add the column {column}.", row=1, column=column)
    for column in columns:
        if columns.count(column) > 1:
            report.error("a column stands there twice.", "Keep one of them.", row=1, column=column)
        elif column not in required and column not in optional:
            known = ", ".join((*required, *optional))
            report.error("no such column is known.", f"Remove it, or use one of {known}.", row=1, column=column)
    return report.errors == before
