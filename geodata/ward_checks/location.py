"""Checks that wards lie where their postcodes lie: wrong coordinates are valid polygons in a wrong place. No I/O."""

from collections.abc import Mapping, Sequence
from typing import Final

from geodata.check_report import Report
from geodata.points_and_extents import Extent
from geodata.ward import Ward

_TOLERANCE_M: Final = 1_000.0
"""A ward contains postcodes of its own or of its district; no generalised edge is so far from them."""


def check_location(wards: Sequence[Ward], extents: Mapping[str, Extent], report: Report) -> None:
    """Warn of wards that lie elsewhere than their postcodes; report an error if most do.

    `extents` says where the postcodes of each ward and district lie, by GSS code. Metres with northing first are
    mostly within Great Britain as they are, so this comparison is the only way to see that they are swapped.
    """
    known = [(ward, extent) for ward in wards if (extent := _expected_extent(ward, extents))]
    elsewhere = [ward for ward, extent in known if not Extent(*ward.bounds).is_near(extent, _TOLERANCE_M)]
    if 2 * len(elsewhere) > len(known):
        swapped = sum(Extent(*ward.bounds).swapped.is_near(extent, _TOLERANCE_M) for ward, extent in known)
        _report_most(elsewhere, len(known), report, is_swapped=2 * swapped > len(known))
        return
    for ward in elsewhere:
        remedy = "Ask the supplier which is right; if the postcodes are of another year, load those of this one."
        problem = "the ward lies elsewhere than the postcodes of its ward and district."
        report.warning(problem, remedy, column="feature", value=_position(ward))


def _expected_extent(ward: Ward, extents: Mapping[str, Extent]) -> Extent | None:
    return extents.get(ward.gss_code) or extents.get(ward.district.gss_code)


def _report_most(elsewhere: Sequence[Ward], known: int, report: Report, *, is_swapped: bool) -> None:
    if is_swapped:
        problem = "the coordinates are metres with northing first."
        remedy = "Have the file exported again with easting first."
    else:
        problem = f"{len(elsewhere):,} of {known:,} wards lie elsewhere than the postcodes of their ward and district."
        remedy = "Have it exported again in the grid that it declares; or load postcodes again if they are wrong."
    report.error(problem, remedy, column="feature", value=_position(elsewhere[0]))


def _position(ward: Ward) -> str:
    west, south, _, _ = ward.bounds
    return f"{ward.gss_code} at {west:.0f}, {south:.0f}"
