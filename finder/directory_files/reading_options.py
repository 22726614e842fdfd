"""How a file of the directory is read: what it may cost, and what staff allow."""

from dataclasses import dataclass
from typing import Final

from geodata.readers.source_limits import DEFAULT_LIMITS, SourceLimits


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """Without `include_hidden`, a workbook that hides cells or sheets is refused.

    `ignored_columns` are headings, as people write them, of columns that are left out.
    """

    limits: SourceLimits = DEFAULT_LIMITS
    include_hidden: bool = False
    ignored_columns: frozenset[str] = frozenset()


DEFAULT_OPTIONS: Final = ReadingOptions()
"""Nothing is allowed that was not asked for."""
