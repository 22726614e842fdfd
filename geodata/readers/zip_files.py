"""Opens zip files that may be hostile: a long member list, paths out of the zip, links, zip bombs, repeated members."""

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from geodata.errors import SourceError
from geodata.readers.open_file import open_file

_SIGNATURE: Final = b"PK\x03\x04"
_SUFFIXES: Final = frozenset({".zip", ".kmz"})
_ENCRYPTED: Final = 0x1  # bit 0 of a member's general purpose flag

# APPNOTE.TXT of PKWARE, 4.3.14 to 4.3.16: the record that ends a zip, and in ZIP64 the two before it.
_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_LOCATOR: Final = b"PK\x06\x07"
_LOCATOR_SIZE: Final = 20
_END_64: Final = b"PK\x06\x06"
_END_64_SIZE: Final = 56
_MAX_COMMENT: Final = 1 << 16
_MAX_DIRECTORY: Final = 4_000_000

_MAX_EXPANSION: Final = 200  # text deflates by ten, repetitive text by fifty; a zip bomb by a thousand
_SMALL: Final = 1_000_000  # bytes; the expansion of members up to this size does not matter
_STREAMED: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})  # zipfile unpacks these in bounded pieces
_UNSAFE_PATH: Final = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|^[A-Za-z]:|\\|\0")


def is_zip(path: Path) -> bool:
    """Whether a file is a zip by its name or its first bytes. Raises SourceError if it cannot be opened."""
    with open_file(path) as stream:
        return path.suffix.lower() in _SUFFIXES or stream.read(len(_SIGNATURE)) == _SIGNATURE


@contextmanager
def open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip. Raises SourceError if it is damaged, locked with a password, or has a too long list of members."""
    _refuse_long_directory(path)
    with open_file(path) as stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                if any(member.flag_bits & _ENCRYPTED for member in archive.infolist()):
                    sentence = f"{path.name} is locked with a password. Unpack it and load the file inside."
                    raise SourceError(sentence)
                yield archive
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise SourceError(f"{path.name} is not a whole zip file ({error}). Download it again.") from error


def refuse_hostile_member(name: str, member: zipfile.ZipInfo) -> None:
    """Raise SourceError for a member that must not be unpacked; `name` is the zip's."""
    kind = stat.S_IFMT(member.external_attr >> 16)
    if _UNSAFE_PATH.search(member.filename):
        message = f"{name} holds {member.filename!r}, a path that leads out of the zip. Do not trust this file."
        raise SourceError(message)
    if kind and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        message = f"{name} holds {member.filename!r}, which is a link or no file. Pack the file itself."
        raise SourceError(message)
    if member.compress_type not in _STREAMED:
        message = f"{name} holds {member.filename!r}, packed in an unusual way. Pack it again as an ordinary zip."
        raise SourceError(message)
    if member.file_size > max(_SMALL, member.compress_size * _MAX_EXPANSION):
        message = (
            f"{name} holds {member.filename!r}, which swells from {member.compress_size:,} to {member.file_size:,} "
            "bytes. That is no data; do not trust this file."
        )
        raise SourceError(message)


def refuse_repeated_members(name: str, members: Iterable[zipfile.ZipInfo]) -> None:
    """Raise SourceError if members share their packed bytes or a name: a small zip could then take long to read."""
    seen: set[int | str] = set()
    for member in members:
        if {member.header_offset, member.filename} & seen:
            raise SourceError(f"{name} holds {member.filename!r} twice. Pack every file once.")
        seen |= {member.header_offset, member.filename}


def _refuse_long_directory(path: Path) -> None:
    """Raise SourceError for a longer list of members than any source has; zipfile would take all of it into memory."""
    with open_file(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        stream.seek(max(0, size - _END_SIZE - _MAX_COMMENT - _LOCATOR_SIZE - _END_64_SIZE))
        tail = stream.read()
    # The same record that zipfile finds: the last bytes of a zip without a comment, else the last that starts with it.
    end = len(tail) - _END_SIZE
    if not (tail.startswith(_END, max(0, end)) and tail.endswith(b"\0\0")):
        end = tail.rfind(_END)
    if end < 0:
        return  # zipfile refuses it with a reason of its own
    length = int.from_bytes(tail[end + 12 : end + 16], "little")
    locator = end - _LOCATOR_SIZE
    if locator >= 0 and tail.startswith(_LOCATOR, locator):
        record = locator - _END_64_SIZE
        is_plain = record >= 0 and tail.startswith(_END_64, record)
        length = int.from_bytes(tail[record + 40 : record + 48], "little") if is_plain else _MAX_DIRECTORY + 1
    if length > _MAX_DIRECTORY:
        raise SourceError(f"{path.name} lists more files than a source has. Choose the zip of the data alone.")
