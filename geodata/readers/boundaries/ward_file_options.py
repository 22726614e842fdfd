"""What a person may say about a file of wards, where it cannot be found out from the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from geodata.readers.boundaries.ward_columns import ANY_COLUMNS, WardColumns


@dataclass(frozen=True, slots=True)
class WardFileOptions:
    """The columns and the layers to read; those without a name are found."""

    columns: WardColumns = ANY_COLUMNS
    layers: Sequence[str] = ()

    @classmethod
    def named(cls, *columns: str, layers: Sequence[str] | None) -> Self:
        """Options by the names that a person gives: the columns of code, name and district, and layers."""
        return cls(WardColumns(*columns), tuple(layers or ()))


NO_OPTIONS: Final = WardFileOptions()
"""Everything is found out from the file."""
