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
"""Ground that moved in strips narrower than this is no change of shape. Boundaries of different vintages went through
different transformations to degrees and lie 1.75 m apart where nothing on the ground moved."""

_LEAST_CIRCLE_M2: Final = math.pi * (TOLERANCE_M / 2) ** 2
_LEAST_M2: Final = 10.0  # what is left of such strips where they meet at sharp corners


@dataclass(frozen=True, slots=True)
class Reshaped:
    """A ward of both sets whose area moved: ground gained and lost, in square metres, without strips."""

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
    """How much ground is in one of two wards only, in square metres, strips narrower than TOLERANCE_M left out."""
    if before.wkb == after.wkb or before.polygon == after.polygon:
        return 0.0
    pieces = shapely.get_parts(shapely.symmetric_difference(before.polygon, after.polygon))
    # Shrinking by half a width makes narrower strips vanish; growing back restores what is left. Nothing is left of
    # pieces in which no circle of that width has room, which are most, so that these are not even tried.
    core = shapely.buffer(pieces[shapely.area(pieces) > _LEAST_CIRCLE_M2], -TOLERANCE_M / 2)
    return float(shapely.area(shapely.buffer(core, TOLERANCE_M / 2)).sum())


def common_m2(before: Sequence[Ward], after: Sequence[Ward]) -> Iterator[tuple[int, int, float]]:
    """Ground that two wards share: their places in the sequences, and square metres; only pairs that share any.

    Of `after`, polygons are asked for only where the bounds meet a ward of `before`: stored ones are made each time.
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
