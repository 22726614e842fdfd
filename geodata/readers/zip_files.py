"""How long a zip's list of members is, looked up before zipfile takes the whole of it into memory."""

import os
from pathlib import Path
from typing import Final

from geodata.errors import SourceError
from geodata.readers.text_files import open_source

# APPNOTE.TXT of PKWARE, 4.3.14 to 4.3.16: the records that end a zip, and in long ones the two that come before.
_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_LOCATOR: Final = b"PK\x06\x07"
_LOCATOR_SIZE: Final = 20
_END_64: Final = b"PK\x06\x06"
_END_64_SIZE: Final = 56
_LONGEST_COMMENT: Final = 1 << 16
_LONGEST_DIRECTORY: Final = 4_000_000


def refuse_long_directory(path: Path) -> None:
    """Raise SourceError for a list of members longer than that of any source."""
    with open_source(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        stream.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT - _LOCATOR_SIZE - _END_64_SIZE))
        tail = stream.read()
    # The same record that zipfile will find: the last bytes of a zip without a comment, else the last that begins so.
    end = len(tail) - _END_SIZE
    if not (tail.startswith(_END, max(0, end)) and tail.endswith(b"\0\0")):
        end = tail.rfind(_END)
    if end < 0:
        return  # zipfile says in its own words that this is no zip
    length = int.from_bytes(tail[end + 12 : end + 16], "little")
    locator = end - _LOCATOR_SIZE
    if locator >= 0 and tail.startswith(_LOCATOR, locator):
        record = locator - _END_64_SIZE
        plain = record >= 0 and tail.startswith(_END_64, record)
        length = int.from_bytes(tail[record + 40 : record + 48], "little") if plain else _LONGEST_DIRECTORY + 1
    if length > _LONGEST_DIRECTORY:
        message = f"{path.name} lists more files than a source has. Choose the zip of the data alone."
        raise SourceError(message)
