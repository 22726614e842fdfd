"""Refuses a file that is clearly of another part than the command loads, and names the right command."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from finder.directory_files.columns import COLUMNS
from finder.directory_files.headings import folded
from finder.domain.release import Part
from geodata.errors import SourceError
from geodata.readers.file_formats import FORMAT_BYTES, boundary_format
from geodata.readers.open_file import open_file
from geodata.readers.postcodes.find_layout import is_first_postcode_row

_OUTSIDE_DIRECTORY: Final = frozenset({Part.POSTCODES, Part.WARDS})


def refuse_another_part(part: Part, path: Path) -> None:
    """Raises SourceError if the first bytes of a file are those of another part, or there is no such file.

    Zips, folders and workbooks pass: only their readers, in the sandbox, look inside.
    """
    if path.is_dir():
        return
    with open_file(path) as stream:
        first_bytes = stream.read(FORMAT_BYTES)
    if part is not Part.WARDS and (found := boundary_format(first_bytes)):
        raise _refusal(path.name, f"a file of boundaries ({found})", Part.WARDS)
    if part in _OUTSIDE_DIRECTORY and b"\0" not in first_bytes:
        refuse_headings(path.name, _first_row(first_bytes), part)


def refuse_headings(name: str, headings: Sequence[str], part: Part) -> None:
    """Raises SourceError if the first row is clearly that of another part."""
    if part is not Part.POSTCODES and is_first_postcode_row(headings):
        raise _refusal(name, "a file of postcodes", Part.POSTCODES)
    if part in COLUMNS and _fits(headings, part):
        return
    others = [other for other in COLUMNS if other is not part and _fits(headings, other)]
    if len(others) == 1:
        raise _refusal(name, f"a file of {others[0]}", others[0])


def _fits(headings: Sequence[str], part: Part) -> bool:
    """Returns whether all headings are known columns of the part, and all its required columns are there."""
    columns = {folded(each): column for column in COLUMNS[part] for each in (column.name, *column.also)}
    found = [columns.get(folded(heading)) for heading in headings]
    return None not in found and all(column in found for column in COLUMNS[part] if column.required)


def _first_row(first_bytes: bytes) -> Sequence[str]:
    lines = first_bytes.decode("utf-8-sig", errors="replace").splitlines()
    return next(csv.reader(lines[:1]), [])


def _refusal(name: str, what: str, part: Part) -> SourceError:
    return SourceError(f"{name} looks like {what}. Load it with: finder load {part} {name}")
