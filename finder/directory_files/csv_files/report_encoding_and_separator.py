"""Notes how a text is written, where that is not what most people expect."""

from collections.abc import Iterable
from typing import Final

from finder.directory_files.csv_files.encoding_and_separator import TextForm
from geodata.check_report import Report
from geodata.readers.csv_rows import COMMA

_SEPARATORS: Final = {COMMA: "commas", ";": "semicolons", "\t": "tabs", "|": "upright lines"}
_UTF_16: Final = "utf-16"


def note_text_form(form: TextForm, row: int, headings: Iterable[str], report: Report) -> None:
    """Notes what separates the columns if it is not the comma, and UTF-16; `row` is that of the headings."""
    sign, is_utf_16 = form.separator, form.encoding.startswith(_UTF_16)
    if sign != COMMA or is_utf_16:
        separated = f"the columns are separated by {_SEPARATORS.get(sign, repr(sign))}."
        problem = f"the text is UTF-16, and {separated}" if is_utf_16 else separated
        report.note(problem, row=row, value=", ".join(headings))
