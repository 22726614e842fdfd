"""Postcodes as people type them, and as this project writes them."""

import itertools
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Self

import msgspec

from geodata.errors import PostcodeMalformedError

# Royal Mail's rules as BS 7666 and ONS restate them: Q, V, X never come first, I, J, Z never second, and the letter
# that may close an outward code depends on how many letters opened it. No district begins with 0, but seven areas of
# two letters have a district 0 (CM0, HA0 ...): so P01 can only be PO1. The ONS directory still holds what was retired:
# W1M to W1Y, and NPT, which was Newport. GIR 0AA was Girobank.
_OUTWARD: Final = (
    r"(?:[A-PR-UWYZ](?:[1-9][0-9]?|[1-9][ABCDEFGHJKPSTUW]"
    r"|[A-HK-Y](?:0|[1-9][0-9]?|[1-9][ABEHMNPRVWXY]))|W1[MNRVXY]|NPT|GIR(?= ?0AA))"
)
_INWARD: Final = r"[0-9][ABD-HJLNP-UW-Z]{2}"
_CANONICAL: Final = re.compile(rf"({_OUTWARD}) ?({_INWARD})")
_OUTWARD_ALONE: Final = re.compile(_OUTWARD)
_CANONICAL_COLUMN: Final = re.compile(rf"(?:{_OUTWARD} {_INWARD}\n)*+")
COMPACT_PATTERN: Final = f"^{_OUTWARD}{_INWARD}$"
SECTOR_PATTERN: Final = f"^{_OUTWARD}-[0-9]$"
"""For descriptions of what may be sent: the canonical spellings in paths, in the notation of regular expressions."""
_LONGEST_TYPED: Final = 64
# Unicode categories that may stand between the characters: spaces, dashes, and invisible format marks such as the
# zero-width space and the byte-order mark that a paste brings along. Of control characters only tab and line ends may.
_IGNORED: Final = frozenset({"Zs", "Pd", "Cf"})
_LOOKALIKES: Final = {"O": "O0", "0": "0O", "I": "I1", "1": "1I"}


class Postcode(msgspec.Struct, frozen=True, order=True):
    """A whole unit postcode in its canonical parts, such as ``B2`` and ``4QA``."""

    outward_code: str
    inward_code: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read any case, spacing, width, dot or dash; O for 0 and I for 1 where one reading only is valid.

        Raises PostcodeMalformedError.
        """
        # Programs and files write postcodes canonically, so most need none of the care that people's do.
        match = _CANONICAL.fullmatch(text) or _read_carefully(text)
        if match is None:
            raise PostcodeMalformedError
        return cls(*match.groups())

    @property
    def compact(self) -> str:
        """The spelling without a space, used in paths and as the key of a lookup: ``B24QA``."""
        return self.outward_code + self.inward_code

    @property
    def sector(self) -> str:
        """Outward code and the inward digit: ``B2 4``."""
        return f"{self.outward_code} {self.inward_code[0]}"

    @property
    def area(self) -> str:
        """The one or two letters that open it: ``B``."""
        return self.outward_code[:1] if self.outward_code[1:2].isdigit() else self.outward_code[:2]

    def __str__(self) -> str:
        return f"{self.outward_code} {self.inward_code}"


def are_canonical(texts: Sequence[str]) -> bool:
    """Whether every text is a postcode in canonical spelling: many at once, in a tenth of the time of one by one."""
    joined = "\n".join([*texts, ""])
    # A text with a line break in it would pass for two.
    return joined.count("\n") == len(texts) and _CANONICAL_COLUMN.fullmatch(joined) is not None


@lru_cache(maxsize=16_384)
def is_outward_code(text: str) -> bool:
    """Whether postcodes may begin with a text, whatever follows; Girobank's code does not count."""
    return _OUTWARD_ALONE.fullmatch(text) is not None


def _read_carefully(text: str) -> re.Match[str] | None:
    typed = _strip(text)
    return _CANONICAL.fullmatch(typed) or _only_reading(typed)


def _strip(text: str) -> str:
    """Drop what people and their keyboards put between the characters: spaces, dots, dashes, invisible marks."""
    if len(text) > _LONGEST_TYPED:
        return ""
    wide = unicodedata.normalize("NFKC", text.strip())
    kept = "".join(c for c in wide if c not in ".\t\r\n" and unicodedata.category(c) not in _IGNORED)
    return kept.upper() if kept.isascii() else ""


def _only_reading(typed: str) -> re.Match[str] | None:
    """The one valid postcode that swapping O with 0 and I with 1 gives, if there is exactly one."""
    if not 5 <= len(typed) <= 7:  # noqa: PLR2004 - the shortest and longest postcode
        return None
    readings = itertools.product(*(_LOOKALIKES.get(c, c) for c in typed))
    valid = [match for reading in readings if (match := _CANONICAL.fullmatch("".join(reading)))]
    return valid[0] if len(valid) == 1 else None
