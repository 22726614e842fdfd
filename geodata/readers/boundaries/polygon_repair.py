"""A ward's geometry as supplied -> a valid polygon, or the reason why there is none."""

from typing import NamedTuple

import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geodata.errors import GeodataError


class Repaired(NamedTuple):
    """A valid polygon, and how many square metres the repair added or removed; 0 if none was needed."""

    polygon: Polygon | MultiPolygon
    changed_m2: float


class UnrepairableError(GeodataError):
    """The geometry is no area; the text says what it is instead."""


def repair(geometry: BaseGeometry) -> Repaired:
    """Make a geometry a valid Polygon or MultiPolygon. Raises UnrepairableError."""
    if not isinstance(geometry, Polygon | MultiPolygon):
        message = f"a {geometry.geom_type} is not an area."
        raise UnrepairableError(message)
    if geometry.is_empty:
        message = "the boundary is empty."
        raise UnrepairableError(message)
    flat = shapely.force_2d(geometry) if geometry.has_z else geometry
    if flat.is_valid:
        return Repaired(flat, 0.0)
    valid = shapely.make_valid(flat, method="structure", keep_collapsed=False)
    if not isinstance(valid, Polygon | MultiPolygon) or valid.is_empty:
        message = f"the boundary encloses no area ({shapely.is_valid_reason(flat)})."
        raise UnrepairableError(message)
    return Repaired(valid, abs(valid.area - flat.area))
