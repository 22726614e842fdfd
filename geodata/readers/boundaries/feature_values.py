"""Limits on the features of a boundary file: the text of their columns, their number, and how many are sent at once."""

from collections.abc import Sequence
from typing import Any, Final

from geodata.errors import SourceError

BATCH_SIZE: Final = 50
"""How many features are read and sent at once: the largest wards have a megabyte each."""

_MAX_TEXT_LENGTH: Final = 1_000
_MAX_NAME_LENGTH: Final = 100
_MAX_COLUMNS: Final = 300


def column_text(value: Any) -> str:
    """A value as text, or "" if it is neither text nor a whole number. PostgreSQL accepts no NUL in a text."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return (value if isinstance(value, str) else f"{value:d}").replace("\0", "").strip()[:_MAX_TEXT_LENGTH]


def column_name(name: str) -> str:
    """A column's name without NUL, at most 100 characters."""
    return name.replace("\0", "")[:_MAX_NAME_LENGTH]


def refuse_too_many_columns(name: str, columns: Sequence[str]) -> None:
    """Raise SourceError for more columns than any file of wards has."""
    if len(columns) > _MAX_COLUMNS:
        message = f"{name} has more than {_MAX_COLUMNS} columns. Export the code, name and district of each ward."
        raise SourceError(message)


def printable(name: str) -> str:
    """A name from a file, for a terminal: without control characters, at most 100 characters."""
    return "".join(each if each.isprintable() else " " for each in name)[:_MAX_NAME_LENGTH]


def refuse_too_many(name: str, count: int, max_features: int) -> None:
    """Raise SourceError for more features than any set of wards has."""
    if count > max_features:
        message = (
            f"{name} has more than {max_features:,} features, and Great Britain 8,400 wards. Choose the file of wards."
        )
        raise SourceError(message)
