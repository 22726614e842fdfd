"""Whether coordinates are metres, degrees, or degrees with latitude first, which their size shows in Great Britain."""

from enum import Enum
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.points_and_extents import LATITUDES, LONGITUDES

# The same area in metres as LONGITUDES and LATITUDES are in degrees.
_EASTINGS, _NORTHINGS = (-10_000.0, 700_000.0), (-20_000.0, 1_300_000.0)


class CoordinateKind(Enum):
    """The only kind that coordinates can be; the values complete the sentence "the coordinates look like ..."."""

    METRES = "metres"
    DEGREES = "degrees"
    SWAPPED = "degrees with latitude first"
    ELSEWHERE = "no place in Great Britain"


_RANGES: Final = {
    CoordinateKind.DEGREES: (LONGITUDES, LATITUDES),
    CoordinateKind.SWAPPED: (LATITUDES, LONGITUDES),
    CoordinateKind.METRES: (_EASTINGS, _NORTHINGS),
}


def kind_of_most(geometries: NDArray[np.object_]) -> CoordinateKind:
    """The kind of the coordinates of at least half of the geometries; ELSEWHERE if there is none."""
    for kind in _RANGES:
        if 2 * np.count_nonzero(are_of_kind(geometries, kind)) >= len(geometries):
            return kind
    return CoordinateKind.ELSEWHERE


def are_of_kind(geometries: NDArray[np.object_], kind: CoordinateKind) -> NDArray[np.bool_]:
    """Which geometries have all their coordinates in the range of a kind."""
    (west, east), (south, north) = _RANGES[kind]
    bounds = shapely.bounds(geometries)
    inside = np.column_stack((bounds[:, :2] >= (west, south), bounds[:, 2:] <= (east, north)))
    fits: NDArray[np.bool_] = np.logical_and.reduce(inside, axis=1)
    return fits
