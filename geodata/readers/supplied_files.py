"""What staff supply: a file, a zip or a folder, its parts listed, checked and measured before any of them is opened."""

import hashlib
import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from geodata.errors import SourceError
from geodata.progress import NO_STEP, Step
from geodata.readers.text_files import open_source, open_zip
from geodata.readers.zip_files import refuse_long_directory

_ZIP: Final = b"PK\x03\x04"
_ZIP_NAMES: Final = frozenset({".zip", ".kmz"})
_MOST_PARTS: Final = 10_000
_MOST_EXPANSION: Final = 200  # text deflates by ten, repetitive text by fifty; a bomb by a thousand
_SMALL: Final = 1_000_000  # bytes up to which expansion says nothing
SHAPEFILE_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
"""The files of a Shapefile that are read; all have one name but for these endings."""

_CHUNK: Final = 1 << 20
_BOUNDED: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})  # unpacked by zipfile a bounded piece at a time
_UNSAFE: Final = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|^[A-Za-z]:|\\|\0")
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one source may cost before it is refused."""

    wards_mb: int = 500  # million bytes of boundaries, unpacked
    postcodes_mb: int = 4_000  # million bytes of postcodes, unpacked; the whole ONSPD has 1,300
    features: int = 50_000  # the United Kingdom has 8,400 wards
    memory_mb: int = 1_000  # of the process that reads it
    seconds: int = 60  # of that process, by the clock and of processor time; ten times as many for postcodes


STANDARD_LIMITS: Final = Limits()
"""What holds where no setting says otherwise."""


@dataclass(frozen=True, slots=True)
class SourcePart:
    """One file of a source: itself, a member of a zip, or a file in a folder; `name` is its path in there."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]

    def read(self) -> bytes:
        """All its bytes; one that is longer than it says is noticed and not read on."""
        with self.open() as stream:
            return stream.read(self.size + 1)

    @property
    def last_name(self) -> str:
        """Its name without the folders above it."""
        return PurePosixPath(self.name).name

    @property
    def suffix(self) -> str:
        """The ending of its name, in small letters."""
        return PurePosixPath(self.name).suffix.lower()


@contextmanager
def opened(path: Path, largest_mb: int, wanted: Callable[[str], bool]) -> Iterator[list[SourcePart]]:
    """The parts of a source whose path in it is wanted (a single file always is), together within the limit.

    Raises SourceError for what cannot be read, is too large, or reaches out of itself by links or paths.
    """
    if path.is_dir():
        yield _within(path.name, _in_folder(path, wanted), largest_mb)
    elif _is_zip(path):
        refuse_long_directory(path)
        with open_zip(path) as archive:
            yield _within(path.name, _in_zip(path.name, archive, wanted), largest_mb)
    else:
        yield _within(path.name, _alone(path), largest_mb)


def fingerprint(path: Path, largest_mb: int, step: Step = NO_STEP) -> tuple[str, int]:
    """SHA-256 and bytes of a file as it lies there; of several, of each with its name, in order.

    `advance` is told of bytes. Raises SourceError as `opened` does.
    """
    digest, size = hashlib.sha256(), 0
    parts = _in_folder(path, lambda _: True) if path.is_dir() else _alone(path)
    for part in _within(path.name, parts, largest_mb):
        if len(parts) > 1:
            digest.update(f"{part.name}\0{part.size}\0".encode())
        with part.open() as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                step.update(len(chunk))
    return digest.hexdigest(), size


def size_of(path: Path) -> int:
    """How many bytes a file or folder has as it lies there."""
    return sum(part.size for part in (_in_folder(path, lambda _: True) if path.is_dir() else _alone(path)))


def _within(name: str, parts: list[SourcePart], largest_mb: int) -> list[SourcePart]:
    size = sum(part.size for part in parts)
    if size > largest_mb * _MILLION:
        message = (
            f"{name} has {size / _MILLION:,.0f} MB to read, more than the {largest_mb:,} MB allowed. "
            "Check that it is the right file; the limit is a setting."
        )
        raise SourceError(message)
    return parts


def _alone(path: Path) -> list[SourcePart]:
    """A file; for the .shp of a Shapefile also those of its others that lie beside it."""
    if path.exists() and not path.is_file():
        message = f"{path.name} is neither a file nor a folder."
        raise SourceError(message)
    with open_source(path) as stream:
        size = os.fstat(stream.fileno()).st_size
    itself = SourcePart(path.name, size, lambda: path.open("rb"))
    if path.suffix.lower() != SHAPEFILE_PARTS[0]:
        return [itself]
    others = (path.with_suffix(suffix) for each in SHAPEFILE_PARTS[1:] for suffix in (each, each.upper()))
    return [itself, *(_in_a_folder(path.parent, other) for other in others if os.path.lexists(other))]


def _in_folder(folder: Path, wanted: Callable[[str], bool]) -> list[SourcePart]:
    found = []
    for number, file in enumerate(_files(folder), start=1):
        _refuse_too_many(folder.name, number)
        part = _in_a_folder(folder, file)
        if wanted(f"{folder.resolve().as_posix()}/{part.name}"):
            found.append(part)
    return sorted(found, key=lambda part: part.name)


def _in_a_folder(folder: Path, file: Path) -> SourcePart:
    status = file.lstat()
    name = file.relative_to(folder).as_posix()
    if not stat.S_ISREG(status.st_mode):
        message = f"{folder.name} holds {name}, which is a link or no file. Put the file itself there."
        raise SourceError(message)
    return SourcePart(name, status.st_size, _opener(file))


def _files(folder: Path) -> Iterator[Path]:
    """Everything in a folder that is no folder, links to folders included."""
    for above, folders, files in os.walk(folder):
        for name in (*files, *(each for each in folders if (Path(above) / each).is_symlink())):
            yield Path(above) / name


def _opener(file: Path) -> Callable[[], IO[bytes]]:
    """Opens a file of a folder, but no link that has taken its place since it was looked at."""
    return lambda: os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb")


def _is_zip(path: Path) -> bool:
    with open_source(path) as stream:
        return path.suffix.lower() in _ZIP_NAMES or stream.read(len(_ZIP)) == _ZIP


def _in_zip(name: str, archive: zipfile.ZipFile, wanted: Callable[[str], bool]) -> list[SourcePart]:
    members = archive.infolist()
    _refuse_too_many(name, len(members))
    for member in members:
        _refuse_hostile(name, member)
    chosen = [member for member in members if not member.is_dir() and wanted(f"/{member.filename}")]
    _refuse_repeated(name, chosen)
    return [SourcePart(each.filename, each.file_size, _member_opener(archive, each)) for each in chosen]


def _member_opener(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(member)  # zipfile reads no more than the size that was declared and counted


def _refuse_hostile(name: str, member: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if _UNSAFE.search(member.filename):
        message = f"{name} holds {member.filename!r}, a path that leads out of the zip. Do not trust this file."
        raise SourceError(message)
    if kind and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        message = f"{name} holds {member.filename!r}, which is a link or no file. Pack the file itself."
        raise SourceError(message)
    if member.compress_type not in _BOUNDED:
        message = f"{name} holds {member.filename!r}, packed in an unusual way. Pack it again as an ordinary zip."
        raise SourceError(message)
    if member.file_size > max(_SMALL, member.compress_size * _MOST_EXPANSION):
        message = (
            f"{name} holds {member.filename!r}, which swells from {member.compress_size:,} to {member.file_size:,} "
            "bytes. That is no data; do not trust this file."
        )
        raise SourceError(message)


def _refuse_repeated(name: str, members: Iterable[zipfile.ZipInfo]) -> None:
    """Members that share their packed bytes, or a name, make a small zip into a long read."""
    seen: set[int | str] = set()
    for member in members:
        if {member.header_offset, member.filename} & seen:
            message = f"{name} holds {member.filename!r} twice. Pack every file once."
            raise SourceError(message)
        seen |= {member.header_offset, member.filename}


def _refuse_too_many(name: str, count: int) -> None:
    if count > _MOST_PARTS:
        message = f"{name} holds more than {_MOST_PARTS:,} files. Choose the folder or zip of the data alone."
        raise SourceError(message)
