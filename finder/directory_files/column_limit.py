"""The limit on columns, which bounds the memory that a row can take, in the sandbox and outside it."""

from collections.abc import Sequence
from typing import Final

from geodata.errors import SourceError
from geodata.readers.csv_lines import count_lines

_MAX_COLUMNS: Final = 200


def refuse_wide_rows(name: str, rows: Sequence[Sequence[str]], first: int) -> None:
    """Raises SourceError if a row has more than 200 cells. `name` is the file's, `first` the first row's number."""
    for index, cells in enumerate(rows):
        if len(cells) > _MAX_COLUMNS:
            number = first + sum(map(count_lines, rows[:index]))
            raise SourceError(
                f"{name} has {len(cells):,} columns in row {number}, and no directory file needs more than "
                f"{_MAX_COLUMNS}. Copy the columns that count to a new file."
            )
