"""A ward's boundary as plain corners on the grid, for drawings."""

import shapely
from shapely import MultiPolygon

from geodata.ward import Ward

Ring = list[tuple[float, float]]


def simplified_rings(ward: Ward, tolerance_m: float) -> list[Ring]:
    """Outer rings and holes, easting then northing, each closed. No corner moves farther than the tolerance."""
    area = shapely.simplify(ward.polygon, tolerance_m)
    polygons = area.geoms if isinstance(area, MultiPolygon) else [area]
    return [_corners(ring) for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]


def _corners(ring: shapely.LinearRing) -> Ring:
    return [(easting, northing) for easting, northing in shapely.get_coordinates(ring).tolist()]
