"""Wards on the grid -> outlines in degrees, as GeoJSON (RFC 7946) and the police.uk shape want them."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from geodata.points_and_extents import LATITUDES, LONGITUDES, GridPoint, LonLat
from geodata.projection.ostn15 import to_lonlat, to_lonlat_many
from geodata.ward import Ward

Position = tuple[float, float]
Ring = list[Position]


class Outline(NamedTuple):
    """Longitude then latitude; outer rings anticlockwise, holes clockwise; `bbox` is west, south, east, north."""

    kind: Literal["Polygon", "MultiPolygon"]
    coordinates: list[Ring] | list[list[Ring]]
    bbox: tuple[float, float, float, float]


def outline(area: Polygon | MultiPolygon, *, decimals: int) -> Outline | None:
    """An area in metres, rounded to so many decimals of a degree; None if it is empty."""
    area_in_degrees = _in_degrees(area)
    if area_in_degrees is None:
        return None
    # Rounding alone can make a ring touch itself; this keeps the area valid, or gives nothing if it is too small.
    rounded = shapely.set_precision(area_in_degrees, 10.0**-decimals)
    kept = _oriented(area_in_degrees if rounded.is_empty else rounded)
    polygons = [_rings(polygon, decimals) for polygon in _parts(kept)]
    west, south, east, north = (round(float(edge), decimals) for edge in kept.bounds)
    bbox = (west, south, east, north)
    return Outline("Polygon", polygons[0], bbox) if len(polygons) == 1 else Outline("MultiPolygon", polygons, bbox)


def union(wards: Sequence[Ward]) -> Polygon | MultiPolygon:
    """The union of some wards as they were loaded; empty if there are none."""
    area = shapely.union_all([ward.polygon for ward in wards])
    return area if isinstance(area, Polygon | MultiPolygon) else Polygon()


def outer_ring(wards: Sequence[Ward], *, decimals: int) -> list[LonLat]:
    """The closed outer ring of the largest piece of the wards' union; empty where there is none."""
    area = union(wards)
    if area.is_empty:
        return []
    largest = _in_degrees(max(_parts(area), key=lambda part: part.area))
    return [] if largest is None else [LonLat(*each) for each in _rings(_parts(largest)[0], decimals)[0]]


def centre(wards: Sequence[Ward]) -> LonLat | None:
    """A point that is sure to lie inside the area of some wards, near its middle where the shape allows it."""
    area = union(wards)
    if area.is_empty:
        return None
    point = area.centroid if area.contains(area.centroid) else area.point_on_surface()
    return to_lonlat(GridPoint(point.x, point.y))


def middle(wards: Sequence[Ward]) -> LonLat:
    """The middle of the bounds of some wards; without one that OSTN15 covers, that of Great Britain."""
    found = None
    if wards:
        left, low, right, high = shapely.total_bounds([ward.polygon for ward in wards])
        found = to_lonlat(GridPoint((left + right) / 2, (low + high) / 2))
    return found or LonLat(sum(LONGITUDES) / 2, sum(LATITUDES) / 2)


def _in_degrees(area: Polygon | MultiPolygon) -> Polygon | MultiPolygon | None:
    """The area in degrees; None if it is empty or a vertex lies outside the area that OSTN15 covers."""
    if area.is_empty:
        return None
    # Check this before making rings: shapely refuses a ring whose ends are not numbers, because it is not closed.
    degrees = to_lonlat_many(shapely.get_coordinates(area))
    return shapely.set_coordinates(area, degrees) if np.isfinite(degrees).all() else None


def _oriented(area: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    oriented: Polygon | MultiPolygon = shapely.orient_polygons(area, exterior_cw=False)
    return oriented


def _parts(area: Polygon | MultiPolygon) -> list[Polygon]:
    return list(area.geoms) if isinstance(area, MultiPolygon) else [area]


def _rings(polygon: Polygon, decimals: int) -> list[Ring]:
    """The outer ring and then the holes; each ends where it begins."""
    rings = [polygon.exterior, *polygon.interiors]
    rounded = (np.round(shapely.get_coordinates(ring), decimals).tolist() for ring in rings)
    return [[(longitude, latitude) for longitude, latitude in ring] for ring in rounded]
