"""CSV rows -> the same rows with who polices their postcode appended."""

import csv
import io
from typing import Final

from finder.api.bulk_lookups.streamed_lines import LONGEST_RECORD, Record
from finder.api.presenter import Presenter
from finder.domain.answer import Answer
from finder.errors import FinderError
from finder.http.problems import RequestRefusedError, kind_of
from finder.services.find_team import FindTeam
from geodata.errors import PostcodeMalformedError
from geodata.postcode import Postcode

COLUMNS: Final = ("team_id", "team_name", "force_id", "ward_gss_code", "ward_name", "certainty", "problem")
_COLUMN: Final = "postcode"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class CsvLookups:
    """One table on its way through. The bytes that were sent go back as they are; columns are added at the end."""

    def __init__(self, head: Record, resolver: FindTeam, presenter: Presenter) -> None:
        """`head` is the first record, None where there is none; raises RequestRefusedError where it cannot serve."""
        names = [name.strip().lower() for name in _fields((head or b"").removeprefix(_BYTE_ORDER_MARK))]
        if names.count(_COLUMN) != 1:
            message = (
                f"The first line must name the columns, with commas between, {_COLUMN!r} once among them, in UTF-8 and "
                f"at most {LONGEST_RECORD:,} bytes."
            )
            raise RequestRefusedError("body_invalid", message, _COLUMN)
        self._position = names.index(_COLUMN)
        self._width = len(names)
        self._resolver = resolver
        self._snapshot = presenter.snapshot
        self.head = _append(head or b"", COLUMNS)

    def row(self, record: Record) -> bytes:
        """A record with its columns; an empty line stays one, one that was too long comes back without what it held."""
        if record is None:
            return _append(b"," * (self._width - 1), _refused("body_invalid"))
        if not record.strip():
            return record
        fields = _fields(record)
        typed = fields[self._position] if self._position < len(fields) else ""
        missing = b"," * (self._width - len(fields))
        return _append(record, self._find(typed), missing)

    def refuse(self, record: Record) -> bytes:
        """A record of a client that has used up what it may ask; it comes back, so that it can be sent again."""
        return _append(b"," * (self._width - 1) if record is None else record, _refused("too_many_requests"))

    def _find(self, typed: str) -> tuple[str, ...]:
        try:
            return _found(self._resolver.by_postcode(self._snapshot, Postcode.parse(typed)))
        except (FinderError, PostcodeMalformedError) as refusal:
            return _refused(kind_of(refusal).code)


def _found(answer: Answer) -> tuple[str, ...]:
    team, ward = answer.team, answer.ward
    return team.id, team.name, team.force.id, ward.gss_code, ward.name, answer.match.certainty.value, ""


def _refused(code: str) -> tuple[str, ...]:
    return *("" for _ in COLUMNS[1:]), code


def _fields(record: bytes) -> list[str]:
    """The fields of one record; none where it is not CSV."""
    try:
        return next(csv.reader([record.decode("utf-8", "replace").rstrip("\r\n")]), [])
    except csv.Error:
        return []


def _append(record: bytes, values: tuple[str, ...], missing: bytes = b"") -> bytes:
    """A record with more fields; `missing` is the commas of a row that stops short of its last column."""
    kept = record.rstrip(b"\r\n")
    ending = record[len(kept) :] or b"\n"
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(values)
    return kept + missing + b"," + text.getvalue().encode() + ending
