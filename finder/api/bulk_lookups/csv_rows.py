"""Rows of a CSV table -> the same rows with columns added for who polices the postcode."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

from finder.api.answer_json import Presenter
from finder.api.bulk_lookups.request_lines import MAX_RECORD_LENGTH, Record
from finder.domain.answer import Answer
from finder.domain.spreadsheet_cells import as_texts
from finder.errors import FinderError
from finder.http.problem_statuses import RequestRefusedError, kind_of
from finder.services.find_team import FindTeam
from geodata.errors import PostcodeMalformedError
from geodata.postcode import Postcode

COLUMNS: Final = ("team_id", "team_name", "force_id", "ward_gss_code", "ward_name", "certainty", "problem")
MAX_COLUMNS: Final = 256
"""Of a heading. Each row is filled up to its width, so a wide one would make a small table large."""

_COLUMN: Final = "postcode"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_LINE_END: Final = "\r\n"
_MAYBE_FORMULA: Final = re.compile(rb"(?:\A|[,;\t\n\"])[ \xa0\xbb\xbf\xc2\xef]*+[=+\-@\t\xbc]")
"""Where a cell may start with what `as_text` looks for: spaces, a byte order mark, a sign, one in full width."""


class CsvRows:
    """The rows of one request. A row is sent back with columns added at its end.

    Its bytes stay as they are, unless one of its cells is a formula to a spreadsheet: that becomes text.
    """

    def __init__(self, head: Record, resolver: FindTeam, presenter: Presenter) -> None:
        """`head` is the first record, None without any; raises RequestRefusedError if it names no `postcode` column.

        A heading that is too wide is refused too.
        """
        mark = _BYTE_ORDER_MARK if (head or b"").startswith(_BYTE_ORDER_MARK) else b""
        content, line_end = _cut_line_end((head or b"")[len(mark) :])
        cells = _split(content)
        names = [name.strip().lower() for name in cells]
        if names.count(_COLUMN) != 1:
            message = (
                f"The first line must name the columns, with commas between, {_COLUMN!r} once among them, in UTF-8 and "
                f"at most {MAX_RECORD_LENGTH:,} bytes."
            )
            raise RequestRefusedError("body_invalid", message, _COLUMN)
        if len(names) > MAX_COLUMNS:
            message = (
                f"The first line names {len(names):,} columns, and a table may have {MAX_COLUMNS}. Send only "
                f"{_COLUMN!r} and the columns that you need."
            )
            raise RequestRefusedError("body_invalid", message, _COLUMN)
        self._position = names.index(_COLUMN)
        self._width = len(names)
        self._resolver = resolver
        self._snapshot = presenter.snapshot
        self.head = mark + _without_formulas(content, cells) + b"," + _join(COLUMNS) + line_end

    def answer(self, record: Record) -> bytes:
        """Adds the columns. An empty line stays empty, and a record that was too long comes back as empty fields."""
        if record is None:
            return b"," * self._width + _join(_problem("body_invalid")) + b"\n"
        if not record.strip():
            return record
        content, line_end = _cut_line_end(record)
        cells = _split(content)
        typed = cells[self._position] if self._position < len(cells) else ""
        missing = b"," * (self._width - len(cells))
        return _without_formulas(content, cells) + missing + b"," + _join(self._find(typed)) + line_end

    def _find(self, typed: str) -> tuple[str, ...]:
        try:
            return _columns(self._resolver.by_postcode(self._snapshot, Postcode.parse(typed)))
        except (FinderError, PostcodeMalformedError) as refusal:
            return _problem(kind_of(refusal).code)


def _columns(answer: Answer) -> tuple[str, ...]:
    team, ward = answer.team, answer.ward
    return team.id, team.name, team.force.id, ward.gss_code, ward.name, answer.match.certainty.value, ""


def _problem(code: str) -> tuple[str, ...]:
    return *("" for _ in COLUMNS[1:]), code


def _cut_line_end(record: bytes) -> tuple[bytes, bytes]:
    """Returns a record without its line end, and the line end."""
    content = record.rstrip(b"\r\n")
    return content, record[len(content) :] or b"\n"


def _split(content: bytes) -> list[str]:
    """Returns the cells of a record. Bytes that are not UTF-8 become surrogates, which are written as those bytes."""
    text = content.decode("utf-8", "surrogateescape")
    try:
        return next(csv.reader([text]), [])
    except csv.Error:  # a return within a cell without quotes, which other programs take for a line end
        return next(csv.reader([text.replace("\r", " ")]), [])


def _without_formulas(content: bytes, cells: list[str]) -> bytes:
    """Returns a record without line end as it is, or with its formulas as text."""
    if b"\r" not in content and _MAYBE_FORMULA.search(content) is None:
        return content
    texts = as_texts(cells)
    return content if texts == cells and b"\r" not in content else _join(texts)


def _join(cells: Iterable[str]) -> bytes:
    text = io.StringIO()
    # The writer puts quotes around the characters of its line end: they may occur in cells.
    csv.writer(text, lineterminator=_LINE_END).writerow(as_texts(cells))
    return text.getvalue().removesuffix(_LINE_END).encode("utf-8", "surrogateescape")
