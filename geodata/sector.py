"""Postcode sectors: an outward code and the first digit of the inward code."""

import re
from dataclasses import dataclass
from typing import Final, Self

from geodata.errors import PostcodeMalformedError, SectorMalformedError
from geodata.postcode import Postcode

# The separator is needed: without one, B24 is an outward code as well as the sector B2 4.
_TYPED: Final = re.compile(r"([A-Z0-9]{2,4})[ \-+]([0-9])")
_LONGEST_TYPED: Final = 16


@dataclass(frozen=True, slots=True, order=True)
class Sector:
    """A sector such as ``B2 4``, in its two parts."""

    outward_code: str
    digit: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `B2-4` or `B2 4` in any case; raises SectorMalformedError."""
        match = _TYPED.fullmatch(text.strip().upper()) if len(text) <= _LONGEST_TYPED and text.isascii() else None
        if match is None or not _is_outward_code(match[1]):
            raise SectorMalformedError
        return cls(match[1], match[2])

    @property
    def path(self) -> str:
        """The spelling in paths: ``B2-4``."""
        return f"{self.outward_code}-{self.digit}"

    @property
    def first_postcode(self) -> Postcode:
        """The first postcode that the sector could hold, whether or not it does."""
        return Postcode(self.outward_code, f"{self.digit}AA")

    @property
    def last_postcode(self) -> Postcode:
        """The last postcode that the sector could hold."""
        return Postcode(self.outward_code, f"{self.digit}ZZ")

    def __str__(self) -> str:
        return f"{self.outward_code} {self.digit}"


def _is_outward_code(text: str) -> bool:
    try:
        return Postcode.parse(f"{text}1AA").outward_code == text
    except PostcodeMalformedError:
        return False
