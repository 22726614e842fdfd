"""Files to fill in: the heading of each directory file and example rows that load as they are."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from dateutil.relativedelta import TU, relativedelta
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from finder.directory_files.columns import COLUMNS
from finder.domain.release import Part

_TEXT: Final = "@"
TEMPLATES: Final = tuple(COLUMNS)
"""The parts that have one, in the order in which they load."""


def template(part: Part, today: date) -> list[list[str]]:
    """Returns the heading and example rows. Their dates are in the future, so that they load without a warning."""
    heading = [column.name for column in COLUMNS[part] if column.in_template]
    return [heading, *(list(row) + [""] * (len(heading) - len(row)) for row in _examples(part, today))]


def write_csv(rows: Sequence[Sequence[str]]) -> str:
    """Returns rows as CSV, for a spreadsheet program or an editor."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def write_workbook(path: Path, part: Part, rows: Sequence[Sequence[str]]) -> None:
    """Writes rows as a workbook with one sheet. Its columns are text, so that Excel changes no dates and no numbers."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = part.value
    for row in rows:
        sheet.append(list(row))
    for number in range(1, len(rows[0]) + 1):
        sheet.column_dimensions[get_column_letter(number)].number_format = _TEXT
    workbook.save(path)


def _examples(part: Part, today: date) -> Sequence[Sequence[str]]:
    first, second = (today + relativedelta(months=n, day=1, weekday=TU(1)) for n in (1, 2))
    match part:
        case Part.TEAMS:
            contact = ("example-team@example.org", "101", "https://example.org/example-team")
            return [("example-team", "Example Team", "west-midlands", "Birmingham", "We cover the centre.", *contact)]
        case Part.COVERAGE:
            return [("E05011151", "example-team", "Ladywood"), ("E05011171", "example-team", "Sparkbrook")]
        case Part.OFFICERS:
            return [("example-team", "Sam Example", "Sergeant"), ("example-team", "Alex Example", "PCSO")]
        case Part.PRIORITIES:
            issued = ("example-team", "Parcels taken from doorsteps", f"{today:%-d %B %Y}")
            return [
                (*issued, "We asked shops to keep parcels.", f"{today:%d/%m/%Y}"),
                ("example-team", "Noise", issued[2]),
            ]
        case _:
            series = (
                "example-library",
                "example-team",
                "Drop-in at the library",
                f"{first:%A %-d %B %Y}",
                "6pm",
                "7pm",
            )
            venue = ("Example Library", "1 Example Street", "B2 4QA", "Step-free from the street. Hearing loop.")
            change = ("", f"{second:%-d %B %Y} 6pm", "cancelled", "The library is closed.")
            return [(*series, "first Tuesday monthly", *venue), ("example-library", *[""] * 10, *change)]
