"""Reads a boundary file in the process for files of strangers (confinement.py), to which quarantine.py gives it."""

import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from geodata.errors import SourceError
from geodata.readers.boundaries.gdal_features import read_with_gdal
from geodata.readers.boundaries.geojson_features import read_geojson
from geodata.readers.boundaries.messages import GEOJSON, SHAPEFILE, BoundaryTask, Opened
from geodata.readers.file_formats import BOUNDARIES, ENOUGH, boundary_format, is_meant, is_postcode_file
from geodata.readers.supplied_files import SHAPEFILE_PARTS, SourcePart, opened

REMEDY: Final = "Load GeoJSON, a GeoPackage, a Shapefile (folder or zip) or KML/KMZ."

Messages = Iterator[msgspec.Struct]


def read(task: bytes, scratch: Path) -> Messages:
    """The format of the one boundary file that a source holds, and its layers. Raises SourceError."""
    given = msgspec.json.decode(task, type=BoundaryTask)
    path = Path(given.path)
    with opened(path, given.source_mb, _is_wanted) as parts:
        if not parts:
            _refuse_postcodes(path, given)
        main_part = _the_boundary(path.name, parts)
        with main_part.open() as stream:
            format_ = _format_of(path.name, stream.read(ENOUGH))
        yield Opened(format_)
        if format_ == GEOJSON:
            yield from read_geojson(path.name, main_part.read(), given.features)
        else:
            copy = _copied(main_part, parts if format_ == SHAPEFILE else [main_part], scratch, path.name)
            yield from read_with_gdal(path.name, copy, format_, given.features)


def _is_wanted(name: str) -> bool:
    return is_meant(name) and PurePosixPath(name).suffix.lower() in BOUNDARIES.union(SHAPEFILE_PARTS)


def _refuse_postcodes(path: Path, given: BoundaryTask) -> None:
    """Raise SourceError, with the command that is meant, where a zip or folder of postcodes was given."""
    folder = f"{path.resolve().as_posix()}/"
    with opened(path, given.source_mb, lambda name: is_postcode_file(name, folder)) as postcodes:
        if postcodes:
            message = f"{path.name} looks like postcodes. Load it with: finder load postcodes {path.name}"
            raise SourceError(message)


def _the_boundary(name: str, parts: list[SourcePart]) -> SourcePart:
    """The one part that holds boundaries; a single file does, whatever it is called."""
    if len(parts) == 1:
        return parts[0]
    found = [part for part in parts if part.suffix in BOUNDARIES]
    if len(found) == 1:
        return found[0]
    held = f"several: {', '.join(part.name for part in found[:5])}" if found else "none"
    message = f"{name} must hold one boundary file and holds {held}. {REMEDY}"
    raise SourceError(message)


def _format_of(name: str, begins: bytes) -> str:
    """The format by the first bytes, because names lie: GDAL takes a file called .geojson for whatever it holds."""
    if found := boundary_format(begins):
        return found
    what = "is empty" if not begins else "is in no boundary format that is read here"
    message = f"{name} {what}. {REMEDY}"
    raise SourceError(message)


def _copied(main_part: SourcePart, parts: list[SourcePart], folder: Path, name: str) -> Path:
    """Copy what belongs to a boundary into a folder of its own, under names of ours: GDAL looks for more beside it."""
    stem = PurePosixPath(main_part.name).with_suffix("")
    for part in parts:
        if PurePosixPath(part.name).with_suffix("") == stem:
            with part.open() as source, (folder / f"source{part.suffix}").open("wb") as copy:
                shutil.copyfileobj(source, copy)
    missing = {".shx", ".dbf"} - {file.suffix for file in folder.iterdir()}
    if main_part.suffix == ".shp" and missing:
        message = f"{name} lacks {' and '.join(sorted(missing))} beside the .shp. Pack all files of the Shapefile."
        raise SourceError(message)
    return folder / f"source{main_part.suffix}"
