"""Postcode sectors: an outward code and the first digit of the inward code."""

import re
from dataclasses import dataclass
from typing import Final, Self

from geodata.errors import SectorMalformedError
from geodata.postcode import Postcode, is_outward_code

# The separator is required: without one, B24 is an outward code as well as the sector B2 4.
_SECTOR: Final = re.compile(r"([A-Z0-9]{2,4})[ \-+]([0-9])")
_MAX_TYPED_LENGTH: Final = 16


@dataclass(frozen=True, slots=True, order=True)
class Sector:
    """A sector such as ``B2 4``, in its two parts."""

    outward_code: str
    digit: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `B2-4` or `B2 4` in any case. Raises SectorMalformedError."""
        match = _SECTOR.fullmatch(text.strip().upper()) if len(text) <= _MAX_TYPED_LENGTH and text.isascii() else None
        if match is None or not is_outward_code(match[1]):
            raise SectorMalformedError
        return cls(match[1], match[2])

    @property
    def path(self) -> str:
        """The spelling in paths: ``B2-4``."""
        return f"{self.outward_code}-{self.digit}"

    @property
    def first_postcode(self) -> Postcode:
        """The first postcode that the sector could have, whether or not it exists."""
        return Postcode(self.outward_code, f"{self.digit}AA")

    @property
    def last_postcode(self) -> Postcode:
        """The last postcode that the sector could have."""
        return Postcode(self.outward_code, f"{self.digit}ZZ")

    def __str__(self) -> str:
        return f"{self.outward_code} {self.digit}"
