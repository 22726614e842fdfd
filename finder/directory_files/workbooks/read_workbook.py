"""Reads a sheet of a workbook in a sandbox, a process of its own with limits."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from finder.directory_files.workbooks.sheet import Span
from geodata.progress import OnProgress, ignore_progress
from geodata.readers.sandbox.protocol import SandboxReader
from geodata.readers.sandbox.start_child import read_in_sandbox
from geodata.readers.source_limits import DEFAULT_LIMITS, SourceLimits

_ZIP: Final = b"PK"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of an .xls, and of an .xlsx that has a password."""

_MAX_MEMORY_MB: Final = 700  # enough for every workbook that is not refused for its size
_MAX_SENT_MB: Final = 100  # million bytes: the characters that a workbook may have, in UTF-8


class WorkbookTask(msgspec.Struct):
    """Which workbook to read, and which of its sheets; only the names of the sheets if that is wanted."""

    path: str
    sheet: str
    names_only: bool = False


class SheetState(msgspec.Struct, tag=True):
    """What is hidden in the workbook, and in the sheet that is read; rows and columns as in SheetMarks."""

    title: str
    is_hidden: bool
    other_hidden_sheets: list[str]
    hidden_rows: list[Span]
    hidden_columns: list[Span]
    is_filtered: bool
    uncalculated: list[tuple[int, int]]


class SheetRows(msgspec.Struct, tag=True):
    """The next rows of the sheet, without the empty cells at their end."""

    rows: list[list[str]]


class SheetNames(msgspec.Struct, tag=True):
    """The names of all sheets."""

    names: list[str]


_READER: Final = SandboxReader(
    "finder.directory_files.workbooks.workbook_in_sandbox:read",
    SheetState | SheetRows | SheetNames,
    "Copy the rows to a new workbook, or save it as CSV UTF-8.",
)


def is_workbook(head: bytes) -> bool:
    """Returns whether a file with these first bytes is a workbook, and not text."""
    return head.startswith((_ZIP, OLE))


class Table(NamedTuple):
    """The rows of a sheet as text, and what is hidden."""

    state: SheetState
    rows: list[list[str]]


def read_workbook(
    path: Path, sheet: str, limits: SourceLimits = DEFAULT_LIMITS, on_progress: OnProgress = ignore_progress
) -> Table:
    """Returns the sheet of that name, or the only sheet. Raises SourceError."""
    task = WorkbookTask(str(path.absolute()), sheet)
    allowed = replace(limits, memory_mb=min(limits.memory_mb, _MAX_MEMORY_MB)).for_sandbox(_MAX_SENT_MB)
    with closing(read_in_sandbox(path.name, _READER, task, allowed, on_progress)) as messages:
        return Table(next(messages), [row for message in messages for row in message.rows])


def read_sheet_names(path: Path, limits: SourceLimits = DEFAULT_LIMITS) -> list[str]:
    """Returns the names of all sheets of a workbook. Raises SourceError."""
    task = WorkbookTask(str(path.absolute()), "", names_only=True)
    allowed = replace(limits, memory_mb=min(limits.memory_mb, _MAX_MEMORY_MB)).for_sandbox(_MAX_SENT_MB)
    with closing(read_in_sandbox(path.name, _READER, task, allowed, ignore_progress)) as messages:
        return [name for message in messages for name in message.names]
