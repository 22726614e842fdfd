"""Points on the ground: on the British National Grid, and in degrees."""

from typing import Final, NamedTuple

DEGREE_DECIMALS: Final = 6
"""As many as are given away; the last is a tenth of a metre."""


class GridPoint(NamedTuple):
    """A point in metres on the British National Grid (EPSG:27700)."""

    easting: float
    northing: float


class LonLat(NamedTuple):
    """A point in degrees (ETRS89, which GPS receivers' WGS 84 matches to better than a metre), longitude first."""

    longitude: float
    latitude: float

    def rounded(self) -> "LonLat":
        """The point as it is given to people: a tenth of a metre is as fine as a phone knows."""
        return LonLat(round(self.longitude, DEGREE_DECIMALS), round(self.latitude, DEGREE_DECIMALS))
