"""The boundary files in a zip or a folder: which files belong together, and which format each is in."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final

from geodata.errors import SourceError
from geodata.readers.boundaries.json_documents import json_format
from geodata.readers.boundaries.refuse_incomplete_downloads import MAX_MESSAGE_BYTES, refuse_error_page
from geodata.readers.file_formats import (
    BOUNDARY_SUFFIXES,
    FILE_GEODATABASE,
    FORMAT_BYTES,
    GEOJSON,
    boundary_format,
    is_data_file,
)
from geodata.readers.supplied_files import COMPANION_SUFFIXES, SourcePart, refuse_too_large

REMEDY: Final = "Load GeoJSON, a GeoPackage, a Shapefile (folder or zip) or KML/KMZ."

_GEODATABASE_SUFFIXES: Final = frozenset({".gdbtable", ".gdbtablx"})
_FIRST_TABLE: Final = "a00000001.gdbtable"
# What other files start with, what they are, and what helps.
_OTHER_KINDS: Final = (
    (b"PAR1", "is GeoParquet, which is not read here", "Export it from QGIS or GeoPandas as a GeoPackage."),
    (b"\x1f\x8b", "is packed with gzip", "Unpack it, and load the file inside."),
    (b"7z\xbc\xaf", "is packed with 7-Zip", "Unpack it, and load the file inside or pack it as a zip."),
    (b"Rar!", "is packed as RAR", "Unpack it, and load the file inside or pack it as a zip."),
    (b"%PDF", "is a PDF, a map to look at", "Ask for the boundaries themselves, as GeoJSON or a GeoPackage."),
    (b"AC10", "is a drawing of AutoCAD", "Ask for the boundaries with their codes, as GeoJSON or a GeoPackage."),
)

_WANTED: Final = BOUNDARY_SUFFIXES.union(_GEODATABASE_SUFFIXES, *COMPANION_SUFFIXES.values())
_JSON_WITH_FEATURES: Final = (b'"features"', b'"Feature', b'"Topology"', b'"geometry')
_REQUIRED: Final = {
    ".shp": frozenset({".shx", ".dbf"}),
    ".tab": frozenset({".dat", ".map", ".id"}),
    ".mif": frozenset({".mid"}),
}
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


def find_sources(name: str, parts: Sequence[SourcePart], max_mb: int) -> list[BoundarySource]:
    """The boundary files among the parts of a source. Raises SourceError if there is none."""
    if len(parts) == 1:
        found = [BoundarySource(parts[0].name, _find_format(name, parts[0]), parts)]
    else:
        found = [*_sources(parts), *_geodatabases(name, parts)]
    found = [_with_json_format(name, source, max_mb) for source in found]
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


def refuse_incomplete(name: str, source: BoundarySource) -> None:
    """Raise SourceError if a file is missing without which the main one cannot be read."""
    main = source.parts[0].suffix
    if missing := _REQUIRED.get(main, frozenset()) - {part.suffix for part in source.parts}:
        message = f"{name} lacks {' and '.join(sorted(missing))} beside the {main}. Pack all its files together."
        raise SourceError(message)


def _sources(parts: Sequence[SourcePart]) -> Iterator[BoundarySource]:
    for part in parts:
        if part.suffix not in BOUNDARY_SUFFIXES or part.suffix in _GEODATABASE_SUFFIXES:
            continue
        with part.open() as stream:
            first_bytes = stream.read(FORMAT_BYTES)
        format_ = boundary_format(first_bytes)
        if format_ == GEOJSON and not any(each in first_bytes for each in _JSON_WITH_FEATURES):
            continue  # a description of the data
        if format_:
            yield BoundarySource(part.name, format_, [part, *_companions(part, parts)])


def _geodatabases(name: str, parts: Sequence[SourcePart]) -> Iterator[BoundarySource]:
    """The folders that are a File Geodatabase, each a source with its tables."""
    tables = [part for part in parts if part.suffix in _GEODATABASE_SUFFIXES]
    folders = [PurePosixPath(part.name).parent for part in tables if part.last_name.lower() == _FIRST_TABLE]
    for folder in folders:
        held = [part for part in tables if PurePosixPath(part.name).parent == folder]
        yield BoundarySource(name if folder == PurePosixPath() else str(folder), FILE_GEODATABASE, held)


def _with_json_format(name: str, source: BoundarySource, max_mb: int) -> BoundarySource:
    if source.format != GEOJSON:
        return source
    refuse_too_large(name, source.size, max_mb)
    return replace(source, format=json_format(source.parts[0].read()))


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
    for signature, kind, remedy in _OTHER_KINDS:
        if first_bytes.startswith(signature):
            raise SourceError(f"{name} {kind}. {remedy}")
    what = "is empty" if not first_bytes else "is in no boundary format that is read here"
    raise SourceError(f"{name} {what}. {REMEDY}")
