"""Reads a boundary file in the sandbox's child: finds its format and sends its layers and features."""

import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final

import msgspec

from geodata.errors import SourceError
from geodata.readers.boundaries.gdal_features import read_with_gdal
from geodata.readers.boundaries.geojson_features import read_geojson
from geodata.readers.boundaries.messages import BoundaryTask, FormatFound
from geodata.readers.boundaries.server_answers import MAX_MESSAGE_BYTES, refuse_error_page
from geodata.readers.file_formats import (
    BOUNDARY_SUFFIXES,
    FORMAT_BYTES,
    GEOJSON,
    SHAPEFILE,
    boundary_format,
    is_data_file,
    is_postcode_file,
)
from geodata.readers.supplied_files import SHAPEFILE_SUFFIXES, SourcePart, open_parts

REMEDY: Final = "Load GeoJSON, a GeoPackage, a Shapefile (folder or zip) or KML/KMZ."


def read(encoded_task: bytes, folder: Path) -> Iterator[msgspec.Struct]:
    """Send the format and the layers of the one boundary file in a source. Raises SourceError."""
    task = msgspec.json.decode(encoded_task, type=BoundaryTask)
    path = Path(task.path)
    with open_parts(path, task.max_mb, _is_wanted) as parts:
        if not parts:
            _refuse_postcodes(path, task)
        main_part = _main_part(path.name, parts)
        with main_part.open() as stream:
            format_ = _find_format(path.name, stream.read(FORMAT_BYTES), stream)
        yield FormatFound(format_)
        if format_ == GEOJSON:
            yield from read_geojson(path.name, main_part.read(), task.max_features)
        else:
            copy = _copy(main_part, parts if format_ == SHAPEFILE else [main_part], folder, path.name)
            yield from read_with_gdal(path.name, copy, format_, task.max_features)


def _is_wanted(name: str) -> bool:
    return is_data_file(name) and PurePosixPath(name).suffix.lower() in BOUNDARY_SUFFIXES.union(SHAPEFILE_SUFFIXES)


def _refuse_postcodes(path: Path, task: BoundaryTask) -> None:
    """Raise SourceError, with the command to use, if a zip or folder holds postcodes instead."""
    folder = f"{path.resolve().as_posix()}/"
    with open_parts(path, task.max_mb, lambda name: is_postcode_file(name, folder)) as postcodes:
        if postcodes:
            message = f"{path.name} looks like postcodes. Load it with: finder load postcodes {path.name}"
            raise SourceError(message)


def _main_part(name: str, parts: list[SourcePart]) -> SourcePart:
    """The one part with boundaries; a single file may have any name."""
    if len(parts) == 1:
        return parts[0]
    found = [part for part in parts if part.suffix in BOUNDARY_SUFFIXES]
    if len(found) == 1:
        return found[0]
    held = f"several: {', '.join(part.name for part in found[:5])}" if found else "none"
    message = f"{name} must hold one boundary file and holds {held}. {REMEDY}"
    raise SourceError(message)


def _find_format(name: str, first_bytes: bytes, rest: IO[bytes]) -> str:
    """The format by the first bytes: GDAL goes by the content, even of a file named .geojson."""
    if found := boundary_format(first_bytes):
        return found
    refuse_error_page(name, first_bytes + rest.read(MAX_MESSAGE_BYTES))
    what = "is empty" if not first_bytes else "is in no boundary format that is read here"
    message = f"{name} {what}. {REMEDY}"
    raise SourceError(message)


def _copy(main_part: SourcePart, parts: list[SourcePart], folder: Path, name: str) -> Path:
    """Copy the files of a boundary to a folder of their own under fixed names: GDAL opens other files next to one."""
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
