"""The process in which a boundary file of strangers is read: within limits that it sets itself before it looks.

Started by quarantine.py as `python -m geodata.sources.reader TASK`; what it found, or why not, goes to standard output
as MessagePack. It trusts nothing in the file, and nobody needs to trust what it says beyond its being plain values.
"""

import os
import resource
import shutil
import sys
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from geodata.errors import SourceError
from geodata.sources.features import GEOJSON, GEOPACKAGE, KML, SHAPEFILE, Contents, Layer, Refused, Task
from geodata.sources.reader_gdal import read_with_gdal
from geodata.sources.reader_geojson import read_geojson
from geodata.sources.supplied import SHAPEFILE_PARTS, SourcePart, opened

REMEDY: Final = "Load GeoJSON, a GeoPackage, a Shapefile (folder or zip) or KML/KMZ."
_BOUNDARIES: Final = frozenset({".geojson", ".json", ".gpkg", ".kml", ".shp"})
_ENOUGH: Final = 4096  # bytes that tell a format
_SHAPEFILE_BEGINS: Final = b"\x00\x00\x27\x0a"
_OPEN_FILES: Final = 64
_MILLION: Final = 1_000_000


def main() -> None:
    """Do the task that the command line names."""
    task = msgspec.json.decode(sys.argv[1], type=Task)
    limit(task)
    try:
        found: Contents | Refused = read(task)
    except SourceError as error:
        found = Refused(str(error))
    sys.stdout.buffer.write(msgspec.msgpack.encode(found))


def limit(task: Task) -> None:
    """Bound what this process may use from here on. What it runs into ends it, and its parent says so in words."""
    for kind, most in (
        (resource.RLIMIT_AS, task.memory_mb * _MILLION),
        (resource.RLIMIT_CPU, task.seconds),
        (resource.RLIMIT_FSIZE, task.source_mb * _MILLION),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))


def read(task: Task) -> Contents:
    """The layers of the one boundary file that a source holds. Raises SourceError."""
    path = Path(task.path)
    with opened(path, task.source_mb, _is_wanted) as parts:
        main_part = _the_boundary(path.name, parts)
        with main_part.open() as stream:
            format_ = _format_of(path.name, stream.read(_ENOUGH))
        return Contents(format_, _layers(task, path.name, format_, main_part, parts))


def _layers(task: Task, name: str, format_: str, main_part: SourcePart, parts: list[SourcePart]) -> list[Layer]:
    if format_ == GEOJSON:
        return read_geojson(name, main_part.read(), task.features)
    copy = _copied(main_part, parts if format_ == SHAPEFILE else [main_part], Path(task.scratch), name)
    return read_with_gdal(name, copy, format_, task.features)


def _is_wanted(name: str) -> bool:
    if "/__MACOSX/" in name or PurePosixPath(name).name.startswith("."):
        return False
    return PurePosixPath(name).suffix.lower() in _BOUNDARIES.union(SHAPEFILE_PARTS)


def _the_boundary(name: str, parts: list[SourcePart]) -> SourcePart:
    """The one part that holds boundaries; a single file does, whatever it is called."""
    if len(parts) == 1:
        return parts[0]
    found = [part for part in parts if part.suffix in _BOUNDARIES]
    if len(found) == 1:
        return found[0]
    held = f"several: {', '.join(part.name for part in found[:5])}" if found else "none"
    message = f"{name} must hold one boundary file and holds {held}. {REMEDY}"
    raise SourceError(message)


def _format_of(name: str, begins: bytes) -> str:
    """The format by the first bytes, because names lie: GDAL takes a file called .geojson for whatever it holds."""
    text = begins.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return GEOJSON
    if begins.startswith(b"SQLite format 3\0"):
        return GEOPACKAGE
    if begins.startswith(_SHAPEFILE_BEGINS):
        return SHAPEFILE
    if text.startswith(b"<") and b"<kml" in text:
        return KML
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


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # GDAL's own tidying up is skipped: what it might do with a hostile file has no use any more
