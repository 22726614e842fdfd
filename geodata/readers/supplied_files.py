"""A supplied file, zip or folder -> its parts, which are listed, checked and measured before any is opened."""

import hashlib
import os
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from geodata.errors import SourceError
from geodata.progress import NO_STEP, OnProgress, Progress, Step, share_reporter
from geodata.readers.open_file import open_file
from geodata.readers.zip_files import is_zip, open_zip, refuse_hostile_member, refuse_repeated_members

COMPANION_SUFFIXES: Final = {
    ".shp": (".shx", ".dbf", ".prj", ".cpg"),
    ".tab": (".dat", ".map", ".id", ".ind"),
    ".mif": (".mid",),
}
"""The other files of a boundary file that are read, by the suffix of its main one; their names differ only in it."""

COPY_STEM: Final = "source"
"""The name that copies of parts get, before their suffix."""

_MAX_PARTS: Final = 10_000
_CHUNK: Final = 1 << 20
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class SourcePart:
    """A single file, a member of a zip, or a file in a folder; `name` is its path within the source."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]

    def read(self) -> bytes:
        """Its bytes; at most one more than `size`, so that a part that is longer can be detected."""
        with self.open() as stream:
            return stream.read(self.size + 1)

    @property
    def last_name(self) -> str:
        """Its name without the folders above it."""
        return PurePosixPath(self.name).name

    @property
    def suffix(self) -> str:
        """The suffix of its name in lower case."""
        return PurePosixPath(self.name).suffix.lower()


@contextmanager
def open_parts(path: Path, max_mb: int | None, is_wanted: Callable[[str], bool]) -> Iterator[list[SourcePart]]:
    """The wanted parts of a source; `is_wanted` takes a part's path, and is not called for a single file.

    Without `max_mb` the reader limits the size of those that it reads: see `refuse_too_large`.
    Raises SourceError for a source that cannot be read, is too large, or has links or paths that lead out of it.
    """
    if path.is_dir():
        yield _within_limit(path.name, _folder_parts(path, is_wanted), max_mb)
    elif is_zip(path):
        with open_zip(path) as archive:
            yield _within_limit(path.name, _zip_parts(path.name, archive, is_wanted), max_mb)
    else:
        yield _within_limit(path.name, _file_parts(path), max_mb)


def fingerprint(path: Path, max_mb: int, step: Step = NO_STEP) -> tuple[str, int]:
    """SHA-256 and size in bytes of a source as it is stored; of several files, each with its name, in order.

    `step` is updated with the bytes read. Raises SourceError as `open_parts` does.
    """
    digest, size = hashlib.sha256(), 0
    parts = _stored_parts(path)
    for part in _within_limit(path.name, parts, max_mb):
        if len(parts) > 1:
            digest.update(f"{part.name}\0{part.size}\0".encode())
        with part.open() as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                step.update(len(chunk))
    return digest.hexdigest(), size


def stored_size(path: Path) -> int:
    """The size in bytes of a source as it is stored, that is packed if it is a zip."""
    return sum(part.size for part in _stored_parts(path))


def start_reading_step(what: str, path: Path, progress: Progress) -> OnProgress:
    """Start the step of reading a source. Raises SourceError if it cannot be read."""
    size = stored_size(path)
    return share_reporter(progress.start_step(f"{what} from {path.name}", size, in_bytes=True), size)


def refuse_too_large(name: str, size: int, max_mb: int) -> None:
    """Raise SourceError for more bytes to read than the limit allows."""
    if size > max_mb * _MILLION:
        message = (
            f"{name} has {size / _MILLION:,.0f} MB to read, more than the {max_mb:,} MB allowed. "
            "Check that it is the right file; the limit is a setting."
        )
        raise SourceError(message)


def copy_parts(parts: Sequence[SourcePart], folder: Path, stem: str = COPY_STEM) -> Path:
    """Copy files that belong together, the main one first, as `stem` with their suffixes. Returns the main copy.

    GDAL opens files next to the one that it is given, so the folder should have no others.
    """
    copies = [folder / f"{stem}{part.suffix}" for part in parts]
    for part, path in zip(parts, copies, strict=True):
        with part.open() as source, path.open("wb") as copy:
            shutil.copyfileobj(source, copy)
    return copies[0]


def _within_limit(name: str, parts: list[SourcePart], max_mb: int | None) -> list[SourcePart]:
    if max_mb is not None:
        refuse_too_large(name, sum(part.size for part in parts), max_mb)
    return parts


def _stored_parts(path: Path) -> list[SourcePart]:
    return _folder_parts(path, lambda _: True) if path.is_dir() else _file_parts(path)


def _file_parts(path: Path) -> list[SourcePart]:
    """A file; for the main file of several that belong together also the others."""
    if path.exists() and not path.is_file():
        raise SourceError(f"{path.name} is neither a file nor a folder.")
    with open_file(path) as stream:
        size = os.fstat(stream.fileno()).st_size
    itself = SourcePart(path.name, size, lambda: path.open("rb"))
    suffixes = COMPANION_SUFFIXES.get(path.suffix.lower(), ())
    others = (path.with_suffix(suffix) for each in suffixes for suffix in (each, each.upper()))
    return [itself, *(_folder_part(path.parent, other) for other in others if os.path.lexists(other))]


def _folder_parts(folder: Path, is_wanted: Callable[[str], bool]) -> list[SourcePart]:
    found = []
    for number, file in enumerate(_files_in(folder), start=1):
        _refuse_too_many(folder.name, number)
        part = _folder_part(folder, file)
        if is_wanted(f"{folder.resolve().as_posix()}/{part.name}"):
            found.append(part)
    return sorted(found, key=lambda part: part.name)


def _folder_part(folder: Path, file: Path) -> SourcePart:
    status = file.lstat()
    name = file.relative_to(folder).as_posix()
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(f"{folder.name} holds {name}, which is a link or no file. Put the file itself there.")
    return SourcePart(name, status.st_size, _file_opener(file))


def _files_in(folder: Path) -> Iterator[Path]:
    """Everything in a folder except folders; includes links to folders."""
    for above, folders, files in os.walk(folder):
        for name in (*files, *(each for each in folders if (Path(above) / each).is_symlink())):
            yield Path(above) / name


def _file_opener(file: Path) -> Callable[[], IO[bytes]]:
    """Opens a file of a folder, but not a link that has replaced the file since it was checked."""
    return lambda: os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb")


def _zip_parts(name: str, archive: zipfile.ZipFile, is_wanted: Callable[[str], bool]) -> list[SourcePart]:
    members = archive.infolist()
    _refuse_too_many(name, len(members))
    for member in members:
        refuse_hostile_member(name, member)
    wanted = [member for member in members if not member.is_dir() and is_wanted(f"/{member.filename}")]
    refuse_repeated_members(name, wanted)
    return [SourcePart(each.filename, each.file_size, _member_opener(archive, each)) for each in wanted]


def _member_opener(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(member)  # zipfile reads at most the declared size, which was counted


def _refuse_too_many(name: str, count: int) -> None:
    if count > _MAX_PARTS:
        raise SourceError(f"{name} holds more than {_MAX_PARTS:,} files. Choose the folder or zip of the data alone.")
