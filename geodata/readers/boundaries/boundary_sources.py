"""The boundary files in a zip or a folder: which files belong together, and which format each is in."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from geodata.errors import SourceError
from geodata.readers.boundaries.server_answers import MAX_MESSAGE_BYTES, refuse_error_page
from geodata.readers.file_formats import (
    BOUNDARY_SUFFIXES,
    FORMAT_BYTES,
    GEOJSON,
    boundary_format,
    is_data_file,
)
from geodata.readers.supplied_files import COMPANION_SUFFIXES, SourcePart

REMEDY: Final = "Load GeoJSON, a GeoPackage, a Shapefile (folder or zip) or KML/KMZ."

_WANTED: Final = BOUNDARY_SUFFIXES.union(*COMPANION_SUFFIXES.values())
_JSON_WITH_FEATURES: Final = (b'"features"', b'"Feature', b'"Topology"', b'"geometry')
_LISTED: Final = 8


@dataclass(frozen=True, slots=True)
class BoundarySource:
    """One boundary file with the files that belong to it, the main one first; `name` is its path in the source."""

    name: str
    format: str
    parts: Sequence[SourcePart]

    @property
    def label(self) -> str:
        """Its name without folders and suffix."""
        return PurePosixPath(self.name).stem

    @property
    def file_name(self) -> str:
        """Its name without folders."""
        return PurePosixPath(self.name).name

    @property
    def size(self) -> int:
        """In bytes, unpacked."""
        return sum(part.size for part in self.parts)

    def is_called(self, wanted: str) -> bool:
        """Whether a person means this file: by its path, its name, or its name without the suffix."""
        names = (self.name, self.file_name, self.label)
        return wanted.casefold() in {name.casefold() for name in names}


def is_wanted(name: str) -> bool:
    """Whether a part of a zip or folder, by its path, may belong to a boundary file."""
    return is_data_file(name) and PurePosixPath(name).suffix.lower() in _WANTED


def find_sources(name: str, parts: Sequence[SourcePart]) -> list[BoundarySource]:
    """The boundary files among the parts of a source. Raises SourceError if there is none."""
    if len(parts) == 1:
        return [BoundarySource(parts[0].name, _find_format(name, parts[0]), parts)]
    found = list(_sources(parts))
    if not found:
        raise SourceError(f"{name} must hold one boundary file and holds none. {REMEDY}")
    return found


def keep_one_format(name: str, sources: Sequence[BoundarySource], wanted: Sequence[str]) -> Sequence[BoundarySource]:
    """The sources, all of one format; of several formats those that a person wants. Raises SourceError if in doubt."""
    if len({source.format for source in sources}) == 1:
        return sources
    chosen = [source for source in sources if any(map(source.is_called, wanted))]
    if len({source.format for source in chosen}) == 1:
        return chosen
    held = ", ".join(source.file_name for source in sources[:_LISTED])
    raise SourceError(f"{name} must hold one boundary file and holds several: {held}. Say which one with --layer.")


def _sources(parts: Sequence[SourcePart]) -> Iterator[BoundarySource]:
    for part in parts:
        if part.suffix not in BOUNDARY_SUFFIXES:
            continue
        with part.open() as stream:
            first_bytes = stream.read(FORMAT_BYTES)
        format_ = boundary_format(first_bytes)
        if format_ == GEOJSON and not any(each in first_bytes for each in _JSON_WITH_FEATURES):
            continue  # a description of the data
        if format_:
            yield BoundarySource(part.name, format_, [part, *_companions(part, parts)])


def _companions(main: SourcePart, parts: Iterable[SourcePart]) -> Iterator[SourcePart]:
    stem, suffixes = PurePosixPath(main.name).with_suffix(""), COMPANION_SUFFIXES.get(main.suffix, ())
    for part in parts:
        if part.suffix in suffixes and PurePosixPath(part.name).with_suffix("") == stem:
            yield part


def _find_format(name: str, part: SourcePart) -> str:
    """The format of a single file, which may have any name: GDAL goes by the content, even of one named .geojson."""
    with part.open() as stream:
        first_bytes = stream.read(FORMAT_BYTES)
        if found := boundary_format(first_bytes):
            return found
        refuse_error_page(name, first_bytes + stream.read(MAX_MESSAGE_BYTES))
    what = "is empty" if not first_bytes else "is in no boundary format that is read here"
    raise SourceError(f"{name} {what}. {REMEDY}")
