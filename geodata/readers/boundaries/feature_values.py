"""Values of a feature's columns as text, and how many features there may be, in the file and in one message."""

from typing import Any, Final

from geodata.errors import SourceError

AT_ONCE: Final = 50
"""How many features are read and sent together: the largest wards have a megabyte each."""

_LONGEST: Final = 1_000
_LONGEST_NAME: Final = 100


def as_text(value: Any) -> str:
    """A cell as text; empty for what is neither text nor a whole number. PostgreSQL takes no NUL in a text."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return (value if isinstance(value, str) else f"{value:d}").replace("\0", "").strip()[:_LONGEST]


def as_name(name: str) -> str:
    """A column's name, bounded."""
    return name.replace("\0", "")[:_LONGEST_NAME]


def refuse_too_many(name: str, count: int, most: int) -> None:
    """Raise SourceError for more features than any set of wards has."""
    if count > most:
        message = f"{name} has more than {most:,} features, and Great Britain 8,400 wards. Choose the file of wards."
        raise SourceError(message)
