"""Names as Ordnance Survey's Boundary-Line writes them -> names as everybody else does.

Its FILE_NAME says of which district a ward is, as BIRMINGHAM_DISTRICT_(B), CITY_OF_WESTMINSTER_LONDON_BORO or
ABERTAWE_-_SWANSEA; a ward of a shire has only its county there. Names of wards end in "Ward".
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from geodata.district import District
from geodata.police_forces import PoliceForces

FILE_NAME_COLUMN: Final = r"file[_ ]?name"
"""A pattern of the column's name."""

_SUFFIX: Final = " Ward"
_MIN_SHARE: Final = 0.9
_MIN_WARDS: Final = 3
_LONDON: Final = re.compile(r"_LONDON_BORO(?:UGH)?$", re.IGNORECASE)
_COUNTY: Final = re.compile(r"_COUNTY$", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W_]+")
_EMPTY_WORDS: Final = frozenset({"city", "county", "district", "borough", "of", "the", "and", "b"})
_SMALL_WORDS: Final = frozenset({"And", "In", "Le", "Of", "On", "The", "Under", "Upon", "With"})


def district_of_file_name(file_name: str) -> District:
    """The district that a FILE_NAME names; without code and name if it is a county."""
    own = _LONDON.sub("", file_name).split("_-_")[-1]
    if known := _districts_by_words().get(_words(own)):
        return known
    if _COUNTY.search(own):
        return District("", "")
    shown = re.sub(r"_(?:DISTRICT)?(?:_?\(B\))?$", "", own, flags=re.IGNORECASE).replace("_", " ").title()
    return District("", " ".join(word.lower() if word in _SMALL_WORDS else word for word in shown.split()))


def end_in_ward(names: Sequence[str]) -> bool:
    """Whether the names of a file's wards end in the word "Ward", which is then no part of them."""
    return len(names) >= _MIN_WARDS and sum(name.endswith(_SUFFIX) for name in names) >= _MIN_SHARE * len(names)


def without_ward(name: str) -> str:
    """A name without the word "Ward" at its end."""
    return name.removesuffix(_SUFFIX)


@cache
def _districts_by_words() -> Mapping[frozenset[str], District]:
    """The districts of Great Britain whose names differ in more than words like "city of"."""
    found: defaultdict[frozenset[str], list[District]] = defaultdict(list)
    for district in PoliceForces.read().districts:
        found[_words(district.name)].append(district)
    return {words: districts[0] for words, districts in found.items() if len(districts) == 1}


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(name.replace("_", " ").casefold())) - _EMPTY_WORDS
