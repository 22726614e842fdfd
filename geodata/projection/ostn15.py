"""British National Grid <-> degrees by OSTN15, which Ordnance Survey defines as the transformation between them.

The package convertbng carries the OSTN15 grid. PROJ without that grid falls back silently to a seven-parameter
transformation that is 1.7 m off in the West Midlands, so pyproj is not used here.
"""

import math

import numpy as np
from convertbng.cutil import convert_bng, convert_lonlat
from numpy.typing import NDArray

from geodata.points_and_extents import GridPoint, LonLat


def to_lonlat(point: GridPoint) -> LonLat | None:
    """Degrees of a grid point, or None outside the area that OSTN15 covers (at sea, abroad)."""
    longitude, latitude = convert_lonlat(point.easting, point.northing)
    found = LonLat(float(longitude[0]), float(latitude[0]))
    return None if math.isnan(found.longitude) else found


def to_grid(point: LonLat) -> GridPoint | None:
    """Grid point of degrees, or None outside the area that OSTN15 covers (at sea, abroad, not a number)."""
    easting, northing = convert_bng(point.longitude, point.latitude)
    found = GridPoint(float(easting[0]), float(northing[0]))
    return None if math.isnan(found.easting) else found


def to_lonlat_many(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Easting, northing -> longitude, latitude; both arrays are (n, 2). NaN outside the area that OSTN15 covers."""
    return np.column_stack(convert_lonlat(points[:, 0], points[:, 1]))


def to_grid_many(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitude, latitude -> easting, northing; both arrays are (n, 2). NaN outside the area that OSTN15 covers."""
    return np.column_stack(convert_bng(degrees[:, 0], degrees[:, 1]))
