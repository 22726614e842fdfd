"""The file, and the row of the file being loaded, that each row of a directory came from. Pure: no I/O."""

from collections.abc import Iterable, Sequence
from typing import Final

from finder.directory_files.read_directory_file import Numbered, Record
from finder.domain.directory import Coverage
from finder.domain.release import Part, Source
from finder.domain.surgery import Change, Surgery
from finder.domain.team import Officer, Priority, TeamRecord
from geodata.check_report import SourceLocation

_PARTS: Final[dict[type[Record], Part]] = {
    TeamRecord: Part.TEAMS,
    Coverage: Part.COVERAGE,
    Officer: Part.OFFICERS,
    Priority: Part.PRIORITIES,
    Surgery: Part.SURGERIES,
    Change: Part.SURGERIES,
}


class RowLocations:
    """Locations for a directory that is made of some files and of what was loaded before them."""

    def __init__(self, loaded: Sequence[tuple[str, Sequence[Numbered]]], earlier: Iterable[Source] = ()) -> None:
        """`loaded` are the files with their rows; the directory must hold the same objects. `earlier` are the sources.

        A file that is loaded hides an earlier one of its part.
        """
        self._loaded = loaded  # a reference: the identity of a deleted object can be given to another one
        self._rows = {id(each.record): (file, each.row) for file, rows in loaded for each in rows}
        self._files = {source.part: source.name for source in earlier}

    def of(self, record: Record) -> SourceLocation:
        """Returns the file, and the row if it is the file being loaded: the rows of earlier files are not stored."""
        found = self._rows.get(id(record))
        if found is not None:
            file, row = found
            return {"file": file, "row": row}
        part = _PARTS[type(record)]
        return {"file": self._files.get(part, part.value)}
