"""The districts of a file of wards: completes codes and names, and checks them against the live wards. No I/O."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from geodata.check_report import Report
from geodata.district import District
from geodata.ward import Ward
from geodata.ward_index import WardIndex

_CODE: Final = "code"
_NAME: Final = "name"


def check_district_names(wards: Iterable[Ward], report: Report) -> None:
    """Warn of a district code with several names: each name would be shown with its wards."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for ward in wards:
        names[ward.district.gss_code].add(ward.district.name)
    for code, several in names.items():
        if code and len(several) > 1:
            value = f"{code}: {', '.join(sorted(several))}"
            remedy = "Mend the name or the code, so that each district has one."
            report.warning("one district has several names.", remedy, column="district", value=value)


def complete_districts(wards: Sequence[Ward], known: Iterable[District], report: Report) -> list[Ward]:
    """The wards with the missing code or name of their districts filled in from the known districts.

    A name with two codes in `known` gets no code; a code with two names gets the first. Notes list what was filled in
    and what was not.
    """
    codes, names = defaultdict(set), dict[str, str]()
    for each in known:
        if each.gss_code and each.name:
            codes[_normalised(each.name)].add(each.gss_code)
            names.setdefault(each.gss_code, each.name)
    completed: dict[District, District] = {}
    for given in {ward.district for ward in wards}:
        if given.name and not given.gss_code:
            found = set(codes[_normalised(given.name)])
            completed[given] = District(found.pop(), given.name) if len(found) == 1 else given
        elif given.gss_code and not given.name:
            completed[given] = District(given.gss_code, names.get(given.gss_code, ""))
    _note_completed(completed, report)
    return [replace(ward, district=completed.get(ward.district, ward.district)) for ward in wards]


def check_missing_districts(
    wards: Iterable[Ward], live: Iterable[District], report: Report, underlying: Iterable[District] = ()
) -> None:
    """Warn of live districts that have no ward in the file.

    `underlying` are the live districts where the file's wards without a district lie. Without any district, there is
    nothing to compare.
    """
    present = {key for district in (*(ward.district for ward in wards), *underlying) for key in _keys(district)}
    missing = [each.name or each.gss_code for each in live if _keys(each) and present.isdisjoint(_keys(each))]
    if present and missing:
        remedy = "Load a file that has every district: what is published replaces all wards that are live."
        problem = f"no ward is in {', '.join(missing)}, of which wards are live."
        report.warning(problem, remedy, column="district")


def wards_without_district(wards: Iterable[Ward]) -> list[Ward]:
    """The wards for which the file gives neither code nor name of a district."""
    return [ward for ward in wards if not _keys(ward.district)]


def find_underlying_districts(wards: Sequence[Ward], live: Sequence[Ward]) -> set[District]:
    """The districts of the live wards that contain a point inside each of the wards."""
    index = WardIndex(live)
    found = index.locate_many(np.array([ward.inner_point for ward in wards], dtype=np.float64).reshape(-1, 2))
    return {index.wards[position].district for position in found if position >= 0}


def _normalised(name: str) -> str:
    return " ".join(name.casefold().split())


def _note_completed(completed: dict[District, District], report: Report) -> None:
    for missing, present in ((_CODE, _NAME), (_NAME, _CODE)):
        these = {old: new for old, new in completed.items() if bool(old.name) is (missing == _CODE)}
        filled = sorted(f"{new.name} ({new.gss_code})" for old, new in these.items() if old != new)
        unknown = sorted(old.name or old.gss_code for old, new in these.items() if old == new)
        if filled:
            report.note(f"districts given by {present} alone, their {missing} filled in: {', '.join(filled)}.")
        if unknown:
            report.note(f"districts given by {present} alone, their {missing} not known: {', '.join(unknown)}.")


def _keys(district: District) -> set[str]:
    """Keys to recognise a district by: one file has its code, another its name alone."""
    return {district.gss_code, district.name.casefold()} - {""}
