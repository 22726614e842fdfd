"""What a file of wards leaves out about its districts: the code of a name, the name of a code. Pure: no I/O."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from geodata.findings import Report
from geodata.ward import District, Ward

_CODE: Final = "code"
_NAME: Final = "name"


def complete_districts(wards: Sequence[Ward], known: Iterable[District], report: Report) -> list[Ward]:
    """The wards, with the code of each district that has a name alone, and the name where it has a code alone.

    A name that `known` gives two codes stays without; of two names for a code the first in `known` counts. Notes say
    what was filled in, and what could not be.
    """
    codes, names = defaultdict(set), dict[str, str]()
    for each in known:
        if each.gss_code and each.name:
            codes[_folded(each.name)].add(each.gss_code)
            names.setdefault(each.gss_code, each.name)
    completed: dict[District, District] = {}
    for given in {ward.district for ward in wards}:
        if given.name and not given.gss_code:
            found = set(codes[_folded(given.name)])
            completed[given] = District(found.pop(), given.name) if len(found) == 1 else given
        elif given.gss_code and not given.name:
            completed[given] = District(given.gss_code, names.get(given.gss_code, ""))
    _tell(completed, report)
    return [replace(ward, district=completed.get(ward.district, ward.district)) for ward in wards]


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _tell(completed: dict[District, District], report: Report) -> None:
    for missing, present in ((_CODE, _NAME), (_NAME, _CODE)):
        here = {old: new for old, new in completed.items() if bool(old.name) is (missing == _CODE)}
        filled = sorted(f"{new.name} ({new.gss_code})" for old, new in here.items() if old != new)
        left = sorted(old.name or old.gss_code for old, new in here.items() if old == new)
        if filled:
            report.note(f"districts given by {present} alone, their {missing} filled in: {', '.join(filled)}.")
        if left:
            report.note(f"districts given by {present} alone, their {missing} not known: {', '.join(left)}.")
