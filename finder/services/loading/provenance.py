"""Which file, and which row of the one that is being loaded, the records of a directory came from. Pure: no I/O."""

from collections.abc import Iterable, Sequence
from typing import Final

from finder.directory_files.read_part import Numbered, Record
from finder.domain.directory import Coverage
from finder.domain.release import Part, Source
from finder.domain.surgery import Change, Surgery
from finder.domain.team import Officer, Priority, TeamRecord
from geodata.findings import SourceLocation

_PARTS: Final[dict[type[Record], Part]] = {
    TeamRecord: Part.TEAMS,
    Coverage: Part.COVERAGE,
    Officer: Part.OFFICERS,
    Priority: Part.PRIORITIES,
    Surgery: Part.SURGERIES,
    Change: Part.SURGERIES,
}


class Provenance:
    """Where each record of a directory stands that was made of a file and of what had been loaded before it."""

    def __init__(self, file: str, rows: Sequence[Numbered], before: Iterable[Source] = ()) -> None:
        """`rows` are those of the file, whose very records the directory holds; `before` the sources of the rest."""
        self._file = file
        self._records = rows  # kept, since another object may get the identity of one that is gone
        self._rows = {id(each.record): each.row for each in rows}
        self._files = {source.part: source.name for source in before}

    def of(self, record: Record) -> SourceLocation:
        """The file, and the row where it is the file that is being loaded; of the others no rows are on record."""
        row = self._rows.get(id(record))
        if row is not None:
            return {"file": self._file, "row": row}
        part = _PARTS[type(record)]
        return {"file": self._files.get(part, part.value)}
