"""Rows of a CSV table -> the same rows with columns added for who polices the postcode."""

import csv
import io
from typing import Final

from finder.api.answer_json import Presenter
from finder.api.bulk_lookups.request_lines import MAX_RECORD_LENGTH, Record
from finder.domain.answer import Answer
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


class CsvRows:
    """The rows of one request. The bytes of a row are sent back unchanged; columns are added at its end."""

    def __init__(self, head: Record, resolver: FindTeam, presenter: Presenter) -> None:
        """`head` is the first record, None without any; raises RequestRefusedError if it names no `postcode` column.

        A heading that is too wide is refused too.
        """
        names = [name.strip().lower() for name in _split((head or b"").removeprefix(_BYTE_ORDER_MARK))]
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
        self.head = _append(head or b"", COLUMNS)

    def answer(self, record: Record) -> bytes:
        """Adds the columns. An empty line stays empty, and a record that was too long comes back as empty fields."""
        if record is None:
            return _append(b"," * (self._width - 1), _problem("body_invalid"))
        if not record.strip():
            return record
        fields = _split(record)
        typed = fields[self._position] if self._position < len(fields) else ""
        missing = b"," * (self._width - len(fields))
        return _append(record, self._find(typed), missing)

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


def _split(record: bytes) -> list[str]:
    """Returns the fields of a record, none if it is not CSV."""
    try:
        return next(csv.reader([record.decode("utf-8", "replace").rstrip("\r\n")]), [])
    except csv.Error:
        return []


def _append(record: bytes, values: tuple[str, ...], missing: bytes = b"") -> bytes:
    """Adds fields to a record. `missing` is the commas that a row with too few columns lacks."""
    content = record.rstrip(b"\r\n")
    line_end = record[len(content) :] or b"\n"
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(values)
    return content + missing + b"," + text.getvalue().encode() + line_end
