"""Reads a sheet of a workbook in a sandbox, a process of its own with limits."""

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
"""The first bytes of an .xls, and of an .xlsx that has a password."""

_MAX_SENT_MB: Final = 100  # million bytes: the characters that a workbook may have, in UTF-8


class WorkbookTask(msgspec.Struct):
    """Which workbook to read, and which of its sheets."""

    path: str
    sheet: str


class SheetRows(msgspec.Struct, tag=True):
    """The next rows of the sheet, without the empty cells at their end."""

    rows: list[list[str]]


_READER: Final = Reader(
    "finder.directory_files.workbooks.workbook_in_sandbox:read",
    SheetRows,
    "Copy the rows to a new workbook, or save it as CSV UTF-8.",
)


def is_workbook(head: bytes) -> bool:
    """Returns whether a file with these first bytes is a workbook, and not text."""
    return head.startswith((_ZIP, OLE))


def read_workbook(
    path: Path, sheet: str, limits: Limits = STANDARD_LIMITS, report_share: Tell = lambda _: None
) -> Iterator[list[str]]:
    """Yields the rows of the sheet of that name, or of the only sheet, as text. Raises SourceError."""
    task = WorkbookTask(str(path.absolute()), sheet)
    bounds = Bounds(memory_mb=limits.memory_mb, seconds=limits.seconds, written_mb=_MAX_SENT_MB)
    with closing(read_in_sandbox(path.name, _READER, task, bounds, report_share)) as messages:
        for message in messages:
            yield from message.rows
