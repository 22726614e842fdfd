"""Which transformation a publisher used to make degrees from grid references, and how to reverse it.

Degrees are brought back to the grid by the transformation that made them. pyproj is used only for degrees that were
made by the seven-parameter transformation.
"""

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geodata.projection.ostn15 import to_grid_many

if TYPE_CHECKING:
    import pyproj

# EPSG:1314, "OSGB36 to WGS 84 (6)", reversed: degrees to cartesian, seven parameters, Airy, Transverse Mercator.
_HELMERT: Final = """
    +proj=pipeline
    +step +proj=unitconvert +xy_in=deg +xy_out=rad
    +step +proj=cart +ellps=WGS84
    +step +inv +proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489
          +convention=position_vector
    +step +inv +proj=cart +ellps=airy
    +step +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy
"""

# Boundary-Line, from which every official boundary is made, has its vertices on a grid of 0.1 m.
_SOURCE_GRID_M: Final = 0.1
_TOLERANCE_M: Final = 0.01
_CONVINCING_SHARE: Final = 0.6


class DatumPath(StrEnum):
    """A transformation from grid references to degrees."""

    OSTN15 = "OSTN15"
    HELMERT = "the seven-parameter transformation EPSG:1314"


class DetectedPath(NamedTuple):
    """The transformation that made some degrees, and whether the vertices prove it."""

    path: DatumPath
    certain: bool


def detect_datum_path(degrees: NDArray[np.float64]) -> DetectedPath:
    """Detect which transformation made the degrees of boundary vertices; a sample of the vertices is enough.

    ONS used EPSG:1314 up to at least 2022 and OSTN15 in 2025, 1.75 m apart in the West Midlands, and does not say so
    anywhere. But the vertices started on a 0.1 m grid: the transformation that brings them back to it is the one that
    was used. If neither does (simplified or reshaped vertices), the result is OSTN15 and not `certain`.
    """
    ostn15, helmert = (
        _share_on_grid(reverse_datum_path(degrees, path)) for path in (DatumPath.OSTN15, DatumPath.HELMERT)
    )
    if helmert > max(ostn15, _CONVINCING_SHARE):
        return DetectedPath(DatumPath.HELMERT, certain=True)
    return DetectedPath(DatumPath.OSTN15, certain=ostn15 >= _CONVINCING_SHARE)


def reverse_datum_path(degrees: NDArray[np.float64], path: DatumPath) -> NDArray[np.float64]:
    """Easting, northing, shape (n, 2), of degrees that were made by a transformation."""
    if path is DatumPath.OSTN15:
        return to_grid_many(degrees)
    return np.column_stack(_helmert().transform(degrees[:, 0], degrees[:, 1]))


def _share_on_grid(points: NDArray[np.float64]) -> float:
    finite = points[np.isfinite(points).all(axis=1)]
    if not len(finite):
        return 0.0
    off = np.abs(finite - np.round(finite / _SOURCE_GRID_M) * _SOURCE_GRID_M)
    return float((off < _TOLERANCE_M).all(axis=1).mean())


@cache
def _helmert() -> "pyproj.Transformer":
    import pyproj  # noqa: PLC0415

    return pyproj.Transformer.from_pipeline(_HELMERT)
