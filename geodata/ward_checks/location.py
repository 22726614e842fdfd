"""Checks a file of wards against what is held: where their postcodes lie, and which districts are live. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from geodata.findings import Report
from geodata.grid import Extent
from geodata.ward import District, Ward
from geodata.ward_index import WardIndex

_NEAR_M: Final = 1_000.0
"""A ward holds postcodes of its own, or of its district; so far away a generalised edge cannot lie."""


def check_place(wards: Sequence[Ward], extents: Mapping[str, Extent], report: Report) -> None:
    """Report wards that lie elsewhere than their postcodes; an error where that is so of most.

    `extents` says where the postcodes of wards and of districts lie, by GSS code. Metres with northing first are within
    Great Britain as they stand, for the most part: only by such ground is it seen that they are swapped.
    """
    known = [(ward, where) for ward in wards if (where := _extent_of(ward, extents))]
    astray = [ward for ward, where in known if not Extent(*ward.bounds).is_near(where, _NEAR_M)]
    if 2 * len(astray) > len(known):
        swapped = sum(Extent(*ward.bounds).swapped.is_near(where, _NEAR_M) for ward, where in known)
        _tell_all(astray, len(known), report, is_swapped=2 * swapped > len(known))
        return
    for ward in astray:
        remedy = "Ask the supplier which is right; if the postcodes are of another year, load those of this one."
        problem = "the ward lies elsewhere than the postcodes of its ward and district."
        report.warning(problem, remedy, column="feature", value=_where(ward))


def check_cover(
    wards: Iterable[Ward], live: Iterable[District], report: Report, beneath: Iterable[District] = ()
) -> None:
    """Warn of districts that are live and of which the file has no ward.

    `beneath` are those on whose ground its wards without a district lie; without any district nothing can be said.
    """
    here = {key for district in (*(ward.district for ward in wards), *beneath) for key in _keys(district)}
    gone = [each.name or each.gss_code for each in live if _keys(each) and here.isdisjoint(_keys(each))]
    if here and gone:
        remedy = "Load a file that has every district: what is published replaces all wards that are live."
        problem = f"no ward is in {', '.join(gone)}, of which wards are live."
        report.warning(problem, remedy, column="district")


def without_district(wards: Iterable[Ward]) -> list[Ward]:
    """The wards for which the file gives neither the code nor the name of a district."""
    return [ward for ward in wards if not _keys(ward.district)]


def districts_beneath(wards: Sequence[Ward], live: Sequence[Ward]) -> set[District]:
    """The districts of the live wards in which points inside the wards lie."""
    index = WardIndex(live)
    found = index.locate_many(np.array([ward.inner_point for ward in wards], dtype=np.float64).reshape(-1, 2))
    return {index.wards[place].district for place in found if place >= 0}


def _extent_of(ward: Ward, extents: Mapping[str, Extent]) -> Extent | None:
    return extents.get(ward.gss_code) or extents.get(ward.district.gss_code)


def _tell_all(astray: Sequence[Ward], known: int, report: Report, *, is_swapped: bool) -> None:
    if is_swapped:
        problem = "the coordinates are metres with northing first."
        remedy = "Have the file exported again with easting first."
    else:
        problem = f"{len(astray):,} of {known:,} wards lie elsewhere than the postcodes of their ward and district."
        remedy = "Have it exported again in the grid that it declares; or load postcodes again if they are wrong."
    report.error(problem, remedy, column="feature", value=_where(astray[0]))


def _where(ward: Ward) -> str:
    west, south, _, _ = ward.bounds
    return f"{ward.gss_code} at {west:.0f}, {south:.0f}"


def _keys(district: District) -> set[str]:
    """By what a district is known again: one file has its code, another its name alone."""
    return {district.gss_code, district.name.casefold()} - {""}
