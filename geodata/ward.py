"""An electoral ward: the smallest area that a neighbourhood team is given."""

from dataclasses import dataclass
from typing import Self

import shapely
from shapely import MultiPolygon, Polygon

from geodata.district import District
from geodata.errors import GeodataError
from geodata.points_and_extents import GridPoint


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward with its polygon in metres on the British National Grid (EPSG:27700)."""

    gss_code: str
    name: str
    district: District
    polygon: Polygon | MultiPolygon

    @classmethod
    def from_wkb(cls, gss_code: str, name: str, district: District, wkb: bytes) -> Self:
        """A ward of well-known binary; raises GeodataError where it is broken or no area."""
        try:
            polygon = shapely.from_wkb(wkb)
        except shapely.errors.ShapelyError as error:
            message = f"the boundary of ward {gss_code} is damaged"
            raise GeodataError(message) from error
        if not isinstance(polygon, Polygon | MultiPolygon):
            message = f"the boundary of ward {gss_code} is a {polygon.geom_type} and not an area"
            raise GeodataError(message)
        return cls(gss_code, name, district, polygon)

    @property
    def wkb(self) -> bytes:
        """The polygon as well-known binary, metres, EPSG:27700 (not said in the bytes)."""
        return bytes(shapely.to_wkb(self.polygon))

    @property
    def inner_point(self) -> GridPoint:
        """A point inside, away from the edges where the shape allows it."""
        return GridPoint(*shapely.get_coordinates(shapely.point_on_surface(self.polygon))[0].tolist())

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Least easting and northing, greatest easting and northing."""
        return self.polygon.bounds
