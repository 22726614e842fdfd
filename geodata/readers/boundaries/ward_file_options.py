"""What a person may say about a file of wards, where it cannot be found out from the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from geodata.readers.boundaries.ward_codes import WardCodes
from geodata.readers.boundaries.ward_columns import ANY_COLUMNS, WardColumns

_COLUMN_OPTIONS: Final = ("--code-column", "--name-column", "--district-column")


@dataclass(frozen=True, slots=True)
class WardFileOptions:
    """The columns and the layers to read; those without a name are found.

    `codes_from` is the path of a table with the codes, if the file has none, and `codes` what was read from it.
    """

    columns: WardColumns = ANY_COLUMNS
    layers: Sequence[str] = ()
    codes_from: Path | None = None
    codes: WardCodes | None = None

    @classmethod
    def named(cls, *columns: str, layers: Sequence[str] | None, codes_from: Path | None) -> Self:
        """Options by the names that a person gives: the columns of code, name and district, layers, and a table."""
        return cls(WardColumns(*columns), tuple(layers or ()), codes_from)

    def __str__(self) -> str:
        """The options as a person gives them, each after two dashes; empty if there is none."""
        columns = (self.columns.code, self.columns.name, self.columns.district)
        given = [
            *(f"{option} {name}" for option, name in zip(_COLUMN_OPTIONS, columns, strict=True) if name),
            *(f"--layer {layer}" for layer in self.layers),
            *([f"--codes-from {self.codes_from.name}"] if self.codes_from else []),
        ]
        return " ".join(given)


NO_OPTIONS: Final = WardFileOptions()
"""Everything is found out from the file."""
