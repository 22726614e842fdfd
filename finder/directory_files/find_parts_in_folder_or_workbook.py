"""Finds the parts of a whole directory in a folder of files, or in the sheets of a workbook."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from finder.directory_files.workbooks.read_workbook import read_sheet_names
from finder.domain.release import Part
from geodata.errors import SourceError
from geodata.readers.source_limits import DEFAULT_LIMITS, SourceLimits

_PARTS: Final = (Part.TEAMS, Part.COVERAGE, Part.OFFICERS, Part.PRIORITIES, Part.SURGERIES)
"""In the order in which they must be loaded."""

_SUFFIXES: Final = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods")


def find_parts(path: Path, limits: SourceLimits = DEFAULT_LIMITS) -> tuple[tuple[Part, Path], ...]:
    """Returns each part that is there with its file; parts that are not there stay as they are.

    In a folder the files are named after their parts, as `teams.csv` or `officers.xlsx`; in a workbook the sheets are.
    Raises SourceError if there is no part, or two files for one.
    """
    found = tuple(_in_folder(path) if path.is_dir() else _in_workbook(path, limits))
    if not found:
        names = ", ".join(f"{part}.csv" for part in _PARTS) if path.is_dir() else "sheets named " + ", ".join(_PARTS)
        raise SourceError(f"{path.name} holds no part of the directory. Put {names} there, or some of them.")
    return found


def _in_folder(folder: Path) -> Iterator[tuple[Part, Path]]:
    files = [each for each in sorted(folder.iterdir()) if each.is_file() and each.suffix.lower() in _SUFFIXES]
    for part in _PARTS:
        named = [each for each in files if each.stem.strip().lower() == part.value]
        if len(named) > 1:
            listed = " and ".join(each.name for each in named)
            raise SourceError(f"{folder.name} holds {listed}. Keep one file for each part.")
        if named:
            yield part, named[0]


def _in_workbook(path: Path, limits: SourceLimits) -> Iterator[tuple[Part, Path]]:
    names = {name.strip().lower() for name in read_sheet_names(path, limits)}
    yield from ((part, path) for part in _PARTS if part.value in names)
