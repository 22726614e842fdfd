"""Checks that wards fit together: reports overlaps, gaps, slivers, and wards that are too small."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geodata.check_report import Report
from geodata.progress import NO_PROGRESS, Progress, counted
from geodata.ward import Ward
from geodata.ward_checks.polygon_union import fit_neighbours, join_polygons

TOLERANCE_M2: Final = 10.0
"""Overlaps and gaps up to this are rounding: official wards, generalised to 20 m, overlap by less than 1 m²."""

SLIVER_M: Final = 1.0
"""Nobody lives on a piece of a ward that is narrower than this on average."""

_STRIP_M: Final = 50.0  # a hole narrower than this on average lies along edges that do not meet
_WARD_SIZED_M2: Final = 100_000.0  # a hole from this size may be a missing ward; between the two limits, an enclave
_DUPLICATE_SHARE: Final = 0.5  # of the smaller ward; a larger overlap is not just an edge
_MIN_WARD_M2: Final = 1_000.0  # the smallest ward of Great Britain, in the City of London, has 30,000


def check_geometry(wards: Sequence[Ward], report: Report, progress: Progress = NO_PROGRESS) -> None:
    """Report what is wrong between the wards of one set, and unusual shapes."""
    if not wards:
        return
    polygons = np.array([ward.polygon for ward in wards], dtype=object)
    fits = fit_neighbours(polygons, progress)
    _check_overlaps(wards, polygons, fits, report, progress)
    if not report.errors:  # a ward that could not be read would be reported again, as a gap
        for piece in join_polygons(polygons, fits, TOLERANCE_M2, progress):
            for ring in piece.interiors:
                _check_gap(Polygon(ring), report)
    for ward in wards:
        _check_shape(ward, report)


def _check_overlaps(
    wards: Sequence[Ward], polygons: NDArray[np.object_], fits: NDArray[np.bool_], report: Report, progress: Progress
) -> None:
    doubtful, tree = np.flatnonzero(~fits).tolist(), shapely.STRtree(polygons)
    for one in counted(doubtful, progress.start_step("wards cut with their neighbours", len(doubtful))):
        near = np.sort(tree.query(polygons[one], predicate="intersects"))
        for other in near[(near > one) | fits[near]]:
            shared_m2 = shapely.area(shapely.intersection(polygons[one], polygons[other]))
            if shared_m2 > TOLERANCE_M2:
                smaller_m2 = min(polygons[one].area, polygons[other].area)
                value = f"{wards[one].gss_code} and {wards[other].gss_code}: {shared_m2:,.0f} m²"
                _report_overlap(value, report, is_duplicate=shared_m2 > smaller_m2 * _DUPLICATE_SHARE)


def _report_overlap(value: str, report: Report, *, is_duplicate: bool) -> None:
    if is_duplicate:
        remedy = "Keep one of them; a file of two vintages holds both the old and the new wards."
        report.error("two wards are for the most part the same area.", remedy, column="boundary", value=value)
    else:
        remedy = "A postcode there goes to the ward with the lower code. Ask the supplier which is right."
        report.warning("two wards overlap.", remedy, column="boundary", value=value)


def _check_gap(hole: Polygon, report: Report) -> None:
    """Report a hole in the union of all wards; a missing ward makes one."""
    if hole.area <= TOLERANCE_M2:
        return
    inside = hole.representative_point()
    value = f"{hole.area:,.0f} m² at {inside.x:.0f}, {inside.y:.0f}"
    if hole.area > _WARD_SIZED_M2 or _mean_width(hole) < _STRIP_M:
        remedy = "Look for a ward that is missing; a postcode there is in no ward."
        report.warning("an area between the wards is in none of them.", remedy, column="boundary", value=value)
    else:
        report.note(f"an enclave between the wards is in none of them: {value}.")


def _check_shape(ward: Ward, report: Report) -> None:
    """Warn of pieces that are slivers, and of a ward that is too small."""
    for piece in _pieces(ward.polygon):
        if _mean_width(piece) < SLIVER_M:
            value = f"{ward.gss_code}: {piece.area:,.1f} m²"
            remedy = "Look at the ward on a map; a strip is often left from cutting one set of wards by another."
            report.warning("a piece of a ward is a sliver.", remedy, column="boundary", value=value)
    if ward.polygon.area < _MIN_WARD_M2:
        value = f"{ward.gss_code}: {ward.polygon.area:,.1f} m²"
        remedy = "Check the units of the file, and that the ward is whole."
        report.warning("a ward is smaller than any in Great Britain.", remedy, column="boundary", value=value)


def _mean_width(piece: Polygon) -> float:
    """The width in metres of a strip with the same area and perimeter."""
    return float(2 * piece.area / piece.length)


def _pieces(area: Polygon | MultiPolygon) -> Sequence[Polygon]:
    return [area] if isinstance(area, Polygon) else list(area.geoms)
