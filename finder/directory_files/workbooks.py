"""Excel workbooks -> rows of text, read by a process of its own, like boundary files."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from geodata.readers.sandbox.parent import Tell, read_in_sandbox
from geodata.readers.sandbox.protocol import Bounds, Reader
from geodata.readers.supplied_files import STANDARD_LIMITS, Limits

_ZIP: Final = b"PK"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The container of .xls, and of an .xlsx that has a password."""

_MOST_SENT_MB: Final = 100  # million bytes: the characters that a workbook may have, in UTF-8


class WorkbookTask(msgspec.Struct):
    """Which workbook is to be read, and which of its sheets."""

    path: str
    sheet: str


class Rows(msgspec.Struct, tag=True):
    """The next rows of the sheet, without the empty cells at their end."""

    rows: list[list[str]]


_READER: Final = Reader(
    "finder.directory_files.workbook_reader:read", Rows, "Copy the rows to a new workbook, or save it as CSV UTF-8."
)


def is_workbook(head: bytes) -> bool:
    """Whether a file that begins with these bytes is for a spreadsheet program and not text."""
    return head.startswith((_ZIP, OLE))


def read_workbook(
    path: Path, sheet: str, limits: Limits = STANDARD_LIMITS, tell: Tell = lambda _: None
) -> Iterator[list[str]]:
    """The rows of the sheet of that name, or of the only sheet, as workbook_reader.py has them. Raises SourceError."""
    task = WorkbookTask(str(path.absolute()), sheet)
    bounds = Bounds(memory_mb=limits.memory_mb, seconds=limits.seconds, written_mb=_MOST_SENT_MB)
    with closing(read_in_sandbox(path.name, _READER, task, bounds, tell)) as messages:
        for message in messages:
            yield from message.rows
