"""Points and rectangles on the British National Grid, and points in degrees."""

from typing import Final, NamedTuple

DEGREE_DECIMALS: Final = 6
"""How many decimals of a degree the service gives; the last one is about a tenth of a metre."""

LONGITUDES: Final[tuple[float, float]] = (-9.5, 2.5)
LATITUDES: Final[tuple[float, float]] = (49, 61.5)
"""In degrees: Great Britain with its islands and some sea. Coordinates outside these ranges are taken as wrong."""


class GridPoint(NamedTuple):
    """A point in metres on the British National Grid (EPSG:27700)."""

    easting: float
    northing: float


class LonLat(NamedTuple):
    """A point in degrees (ETRS89, which GPS receivers' WGS 84 matches to better than a metre), longitude first."""

    longitude: float
    latitude: float

    def rounded(self) -> "LonLat":
        """The point with DEGREE_DECIMALS decimals; phones do not measure more finely."""
        return LonLat(round(self.longitude, DEGREE_DECIMALS), round(self.latitude, DEGREE_DECIMALS))


class Extent(NamedTuple):
    """An upright rectangle on the British National Grid, in metres, edges included."""

    west: float
    south: float
    east: float
    north: float

    @property
    def swapped(self) -> "Extent":
        """The same with eastings taken for northings, and northings for eastings."""
        return Extent(self.south, self.west, self.north, self.east)

    def around(self, other: "Extent") -> "Extent":
        """The smallest rectangle that contains both."""
        least = map(min, self[:2], other[:2])
        return Extent(*least, *map(max, self[2:], other[2:]))

    def is_near(self, other: "Extent", metres: float) -> bool:
        """Whether the two meet when one of them is widened by some metres on each side."""
        return (
            self.west <= other.east + metres
            and other.west <= self.east + metres
            and self.south <= other.north + metres
            and other.south <= self.north + metres
        )
