"""Points on the ground: on the British National Grid, and in degrees."""

from typing import NamedTuple


class GridPoint(NamedTuple):
    """A point in metres on the British National Grid (EPSG:27700)."""

    easting: float
    northing: float


class LonLat(NamedTuple):
    """A point in degrees (ETRS89, which GPS receivers' WGS 84 matches to better than a metre), longitude first."""

    longitude: float
    latitude: float
