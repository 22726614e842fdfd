"""Runs in the sandbox: reads a sheet of a workbook of any format and sends its rows as text."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from finder.directory_files.column_limit import refuse_wide_rows
from finder.directory_files.workbooks.cell_text import cell_text
from finder.directory_files.workbooks.open_ods import open_ods
from finder.directory_files.workbooks.open_xls import open_xls
from finder.directory_files.workbooks.open_xlsx import open_xlsx
from finder.directory_files.workbooks.read_workbook import OLE, SheetNames, SheetRows, SheetState, WorkbookTask
from finder.directory_files.workbooks.sheet import Sheet
from finder.directory_files.workbooks.workbook_zip_checks import Format, check_archive
from geodata.errors import SourceError
from geodata.readers.open_file import open_file
from geodata.readers.sandbox.protocol import ShareRead

_BATCH_ROWS: Final = 200
_MAX_CELLS: Final = 500_000
_MAX_CHARACTERS: Final = 20_000_000  # of all cells: a text that many cells share is in the file only once


def read(task: bytes, scratch: Path) -> Iterator[msgspec.Struct]:
    """Yields the rows of the sheet of that name, or of the only sheet; rows that the file leaves out are empty lists.

    Numbers, dates and results of formulas are as the file stores them. Raises SourceError if there is no such sheet, or
    the file is locked, damaged, of another format, or exceeds a limit: its size unpacked, 500 members, 500,000 cells,
    20 million characters.
    """
    given = msgspec.json.decode(task, type=WorkbookTask)
    path = Path(given.path)
    try:
        sheets = _open(path, scratch)
        if given.names_only:
            yield SheetNames([sheet.title for sheet in sheets])
            return
        sheet = _choose(path.name, sheets, given.sheet)
        yield _state(sheet, sheets)
        yield from _messages(path.name, sheet)
    except (SourceError, MemoryError):
        raise
    except Exception as error:  # a damaged file makes the libraries fail anywhere, with any error
        sentence = f"{path.name} is not a whole workbook. Open it, save it again, or save it as CSV UTF-8."
        raise SourceError(sentence) from error


def _open(path: Path, scratch: Path) -> Sequence[Sheet]:
    """Returns the sheets, by the format that the first bytes show: names may be wrong."""
    with open_file(path) as stream:
        is_ole = stream.read(len(OLE)) == OLE
    if is_ole:
        return open_xls(path, scratch)
    match check_archive(path):
        case Format.ODS:
            return open_ods(path, scratch)
        case Format.XLSX:
            return open_xlsx(path)


def _choose(name: str, sheets: Sequence[Sheet], wanted: str) -> Sheet:
    """Returns the sheet named after the part to load, or the only one, or the only one that is not hidden."""
    if not sheets:
        raise SourceError(f"{name} has no sheet with cells. Save the rows in a new workbook.")
    named = [sheet for sheet in sheets if sheet.title.strip().lower() == wanted]
    found = named or [sheet for sheet in sheets if not sheet.is_hidden] or sheets
    if len(found) != 1:
        listed = ", ".join(sheet.title for sheet in sheets[:10])
        raise SourceError(f"{name} has several sheets ({listed}). Name the one to be read {wanted}, or keep only that.")
    return found[0]


def _state(sheet: Sheet, sheets: Sequence[Sheet]) -> SheetState:
    others = [each.title for each in sheets if each.is_hidden and each is not sheet]
    marks = sheet.find_marks()
    return SheetState(
        sheet.title, sheet.is_hidden, others, [*marks.hidden_rows], [*marks.hidden_columns], marks.is_filtered,
        [*marks.uncalculated],
    )  # fmt: skip


def _messages(name: str, sheet: Sheet) -> Iterator[msgspec.Struct]:
    """Yields the rows in batches, each followed by the share read of the rows that the sheet declares."""
    declared, rows = sheet.read()
    texts, done = _as_text(name, rows), 0
    while batch := list(islice(texts, _BATCH_ROWS)):
        done += len(batch)
        yield SheetRows(batch)
        yield ShareRead(min(done / max(declared, 1), 1.0))


def _as_text(name: str, rows: Iterator[Sequence[object]]) -> Iterator[list[str]]:
    cells = characters = 0
    for number, row in enumerate(rows, start=1):
        cells += max(1, len(row))  # an empty row counts too: a cell in the last row would otherwise cost a million rows
        if cells > _MAX_CELLS:
            raise SourceError(f"{name} has more than {_MAX_CELLS:,} cells in use. Copy the rows to a new workbook.")
        texts = [cell_text(value).strip() for value in row]
        while texts and not texts[-1]:
            texts.pop()
        refuse_wide_rows(name, [texts], number)
        characters += sum(map(len, texts))
        if characters > _MAX_CHARACTERS:
            raise SourceError(f"{name} has more than {_MAX_CHARACTERS:,} characters. Copy the rows to a new workbook.")
        yield texts
