"""How two sets of wards differ: which are new, gone, renamed or of another shape."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.progress import NO_PROGRESS, Progress, counted
from geodata.ward import Ward

TOLERANCE_M: Final = 2.0
"""Strips narrower than this do not count as a change of shape. Different years' boundaries were converted to degrees by
different transformations, so the same boundary can differ by 1.75 m."""

_LEAST_CIRCLE_M2: Final = math.pi * (TOLERANCE_M / 2) ** 2
_LEAST_M2: Final = 10.0  # what is left of such strips where they meet at sharp corners


@dataclass(frozen=True, slots=True)
class Reshaped:
    """A ward of both sets whose shape changed; `moved_m2` is the area gained plus the area lost, without strips."""

    before: Ward
    after: Ward
    moved_m2: float


@dataclass(frozen=True, slots=True)
class WardChanges:
    """What differs, each by GSS code. `renamed` holds the ward before and after; a ward may be renamed and reshaped."""

    new: tuple[Ward, ...]
    gone: tuple[Ward, ...]
    renamed: tuple[tuple[Ward, Ward], ...]
    reshaped: tuple[Reshaped, ...]


def compare_wards(before: Iterable[Ward], after: Iterable[Ward], progress: Progress = NO_PROGRESS) -> WardChanges:
    """Compare two sets of wards by their GSS codes."""
    old, new = ({ward.gss_code: ward for ward in wards} for wards in (before, after))
    both = [(old[code], new[code]) for code in sorted(old.keys() & new.keys())]
    pairs = counted(both, progress.start_step("wards compared with those of the same code", len(both)))
    reshaped = (Reshaped(*pair, moved_m2(*pair)) for pair in pairs)
    return WardChanges(
        new=tuple(new[code] for code in sorted(new.keys() - old.keys())),
        gone=tuple(old[code] for code in sorted(old.keys() - new.keys())),
        renamed=tuple(pair for pair in both if pair[0].name != pair[1].name),
        reshaped=tuple(each for each in reshaped if each.moved_m2 > _LEAST_M2),
    )


def moved_m2(before: Ward, after: Ward) -> float:
    """The area in square metres that is in only one of two wards, without strips narrower than TOLERANCE_M."""
    if before.wkb == after.wkb or before.polygon == after.polygon:
        return 0.0
    pieces = shapely.get_parts(shapely.symmetric_difference(before.polygon, after.polygon))
    # Shrinking by half a width removes narrower strips; growing back restores the rest. Most pieces are smaller than a
    # circle of that width, so nothing would be left of them, and they are skipped.
    core = shapely.buffer(pieces[shapely.area(pieces) > _LEAST_CIRCLE_M2], -TOLERANCE_M / 2)
    return float(shapely.area(shapely.buffer(core, TOLERANCE_M / 2)).sum())


def common_m2(before: Sequence[Ward], after: Sequence[Ward]) -> Iterator[tuple[int, int, float]]:
    """Yield each pair of wards that share an area: their positions in the sequences, and the shared square metres.

    A polygon of `after` is made only if its bounds meet a ward of `before`: stored polygons are made at each use.
    """
    old = [ward.polygon for ward in before]
    bounds = np.array([ward.bounds for ward in after], dtype=np.float64).reshape(-1, 4)
    boxes: NDArray[np.object_] = np.array(shapely.box(*bounds.T), dtype=object)
    left, right = shapely.STRtree(boxes).query(old, predicate="intersects")
    new = {there: after[there].polygon for there in set(right.tolist())}
    for here, there in zip(left.tolist(), right.tolist(), strict=True):
        metres = float(shapely.area(shapely.intersection(old[here], new[there])))
        if metres > 0:
            yield here, there, metres
