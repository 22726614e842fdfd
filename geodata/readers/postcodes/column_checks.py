"""Checks postcode rows by column, many at once: the fast path for rows without any fault in the usual spelling."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from geodata.gss_code import is_gss_code
from geodata.postcode import are_canonical
from geodata.postcode_location import EAST_EDGE, NORTH_EDGE, QUALITIES, PostcodeBatch
from geodata.readers.postcodes.layout import DISTRICT, EASTING, NORTHING, POSTCODE, QUALITY, RETIRED_ON, WARD

_MONTH: Final = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])")
_MAX_SPACED_LENGTH: Final = 8  # characters of a postcode whose halves are padded to a fixed width


def batch_of_columns(columns: Sequence[Sequence[str]]) -> PostcodeBatch | None:
    """The batch of seven columns of cells, or None if any cell has a fault or an unusual spelling."""
    try:
        eastings, northings, qualities = (list(map(int, columns[cell])) for cell in (EASTING, NORTHING, QUALITY))
        retired = columns[RETIRED_ON]
        months = [int(text or 0) for text in retired] if any(retired) else [0] * len(retired)
    except ValueError:
        return None
    is_sound = (
        0 < min(eastings) <= max(eastings) < EAST_EDGE
        and 0 < min(northings) <= max(northings) < NORTH_EDGE
        and QUALITIES.issuperset(qualities)
        and all(map(is_code_or_empty, {*columns[DISTRICT], *columns[WARD]}))
        and all(not month or is_month(month) for month in set(months))
    )
    postcodes = _canonical(columns[POSTCODE])
    if not is_sound or postcodes is None:
        return None
    return PostcodeBatch.of_columns(postcodes, eastings, northings, qualities, columns[DISTRICT], columns[WARD], months)


@lru_cache(maxsize=16_384)
def is_code_or_empty(text: str) -> bool:
    """Whether a text is a GSS code or empty."""
    return not text or is_gss_code(text)


def is_month(number: int) -> bool:
    """Whether a number is a month written as YYYYMM."""
    return _MONTH.fullmatch(str(number)) is not None


def _canonical(texts: Sequence[str]) -> Sequence[str] | None:
    """The canonical spellings, or None if one is not a postcode in capitals, digits and spaces."""
    if are_canonical(texts):
        return texts
    # Some releases pad the halves to a fixed width, or leave the space out.
    closed = _without_spaces(texts)
    spaced = [f"{text[:-3]} {text[-3:]}" for text in closed]
    fits = len(spaced) == len(texts) and max(map(len, texts)) <= _MAX_SPACED_LENGTH
    return spaced if fits and are_canonical(spaced) else None


def _without_spaces(texts: Iterable[str]) -> list[str]:
    return "\n".join(texts).replace(" ", "").split("\n")
