"""Whether wards fit together: ground that two of them claim, ground that none does, and slivers."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geodata.findings import Report
from geodata.progress import NO_PROGRESS, Progress, counted
from geodata.ward import Ward
from geodata.ward_checks.polygon_union import joined, matched

TOLERANCE_M2: Final = 10.0
"""An overlap or a gap up to this is rounding: official wards, generalised to 20 m, overlap by less than 1 m²."""

SLIVER_M: Final = 1.0
"""A piece of a ward narrower than this on average is no ground that anybody lives on."""

_STRIP_M: Final = 50.0  # a hole narrower than this on average lies along edges that do not meet
_WARD_SIZED_M2: Final = 100_000.0  # a hole from this size may be a ward that was left out; between the two, an enclave
_SAME_GROUND: Final = 0.5  # the share of the smaller ward from which an overlap is no matter of an edge
_LEAST_WARD_M2: Final = 1_000.0  # the smallest ward of Great Britain, in the City of London, has 30,000


def check_wards(wards: Sequence[Ward], report: Report, progress: Progress = NO_PROGRESS) -> None:
    """Put into the report what is wrong between the wards of one set, and what is odd about the shape of one."""
    if not wards:
        return
    polygons = np.array([ward.polygon for ward in wards], dtype=object)
    fitting = matched(polygons, progress)
    _check_overlaps(wards, fitting, report, progress)
    if not report.errors:  # a ward that could not be read would be told a second time, as a gap
        for piece in joined(polygons, fitting, TOLERANCE_M2, progress):
            for ring in piece.interiors:
                _check_gap(Polygon(ring), report)
    for ward in wards:
        _check_shape(ward, report)
    _check_districts(wards, report)


def _check_overlaps(wards: Sequence[Ward], fitting: NDArray[np.bool_], report: Report, progress: Progress) -> None:
    polygons = np.array([ward.polygon for ward in wards], dtype=object)
    doubtful, tree = np.flatnonzero(~fitting).tolist(), shapely.STRtree(polygons)
    for one in counted(doubtful, progress.start_step("wards cut with their neighbours", len(doubtful))):
        near = np.sort(tree.query(polygons[one], predicate="intersects"))
        for other in near[(near > one) | fitting[near]]:
            shared = shapely.area(shapely.intersection(polygons[one], polygons[other]))
            if shared > TOLERANCE_M2:
                smaller = min(polygons[one].area, polygons[other].area)
                value = f"{wards[one].gss_code} and {wards[other].gss_code}: {shared:,.0f} m²"
                _tell_overlap(value, report, is_same_ground=shared > smaller * _SAME_GROUND)


def _tell_overlap(value: str, report: Report, *, is_same_ground: bool) -> None:
    if is_same_ground:
        remedy = "Keep one of them; a file of two vintages holds both the old and the new wards."
        report.error("two wards are for the most part the same ground.", remedy, column="boundary", value=value)
    else:
        remedy = "A postcode there goes to the ward with the lower code. Ask the supplier which is right."
        report.warning("two wards overlap.", remedy, column="boundary", value=value)


def _check_gap(hole: Polygon, report: Report) -> None:
    """A hole in the area that all wards make together; a ward that was left out is one."""
    if hole.area <= TOLERANCE_M2:
        return
    middle = hole.representative_point()
    value = f"{hole.area:,.0f} m² at {middle.x:.0f}, {middle.y:.0f}"
    if hole.area > _WARD_SIZED_M2 or _width(hole) < _STRIP_M:
        remedy = "Look for a ward that is missing; a postcode there is in no ward."
        report.warning("ground between the wards is in none of them.", remedy, column="boundary", value=value)
    else:
        report.note(f"an enclave between the wards is in none of them: {value}.")


def _check_shape(ward: Ward, report: Report) -> None:
    """Warn of pieces that are slivers, and of a ward too small to be one."""
    for piece in _pieces(ward.polygon):
        if _width(piece) < SLIVER_M:
            value = f"{ward.gss_code}: {piece.area:,.1f} m²"
            remedy = "Look at the ward on a map; a strip is often left from cutting one set of wards by another."
            report.warning("a piece of a ward is a sliver.", remedy, column="boundary", value=value)
    if ward.polygon.area < _LEAST_WARD_M2:
        value = f"{ward.gss_code}: {ward.polygon.area:,.1f} m²"
        remedy = "Check the units of the file, and that the ward is whole."
        report.warning("a ward is smaller than any in Great Britain.", remedy, column="boundary", value=value)


def _check_districts(wards: Sequence[Ward], report: Report) -> None:
    """Warn of one district's code under several names: each would be shown with its wards."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for ward in wards:
        names[ward.district.gss_code].add(ward.district.name)
    for code, several in names.items():
        if code and len(several) > 1:
            value = f"{code}: {', '.join(sorted(several))}"
            remedy = "Mend the name or the code, so that each district has one."
            report.warning("one district has several names.", remedy, column="district", value=value)


def _width(piece: Polygon) -> float:
    """How wide a strip of a polygon's area and outline would be, in metres."""
    return float(2 * piece.area / piece.length)


def _pieces(area: Polygon | MultiPolygon) -> Sequence[Polygon]:
    return [area] if isinstance(area, Polygon) else list(area.geoms)
