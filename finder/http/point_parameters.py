"""Query parameters of a point -> degrees and accuracy, or the reason why they are refused."""

import math
import re
from typing import Final

from multidict import MultiMapping

from finder.errors import PointInvalidError
from finder.http.problem_statuses import RequestRefusedError
from geodata.points_and_extents import LATITUDES, LONGITUDES, LonLat

_PARAMETERS: Final = ("lat", "lon", "accuracy")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_PLAIN: Final = re.compile(r"lat=(-?[0-9]{1,3}(?:\.[0-9]{1,20})?)&lon=(-?[0-9]{1,3}(?:\.[0-9]{1,20})?)", re.ASCII)
_MAX_LENGTH: Final = 32
_MAX_ACCURACY_M: Final = 100_000.0


def parse_plain_point(raw_query: str) -> tuple[LonLat, float] | None:
    """Returns the point of a query as programs write it, ten times as fast; None if only parse_point can read it."""
    match = _PLAIN.fullmatch(raw_query)
    if match is None:
        return None
    latitude, longitude = float(match[1]), float(match[2])
    _check_range(latitude, longitude)
    return LonLat(longitude, latitude), 0.0


def parse_point(query: MultiMapping[str]) -> tuple[LonLat, float]:
    """Returns the point in degrees and its accuracy in metres, 0 if none is given.

    Points abroad are accepted: they are outside the area, not malformed. Raises PointInvalidError with the reason, and
    RequestRefusedError for an unknown parameter.
    """
    for name in query:
        if name not in _PARAMETERS:
            message = f"The parameter {name[:40]!r} is not known here; lat, lon and accuracy are."
            raise RequestRefusedError("parameter_unknown", message, name[:40])
    latitude, longitude = _number(query, "lat"), _number(query, "lon")
    _check_range(latitude, longitude)
    accuracy_m = _number(query, "accuracy") if "accuracy" in query else 0.0
    if not 0 <= accuracy_m <= _MAX_ACCURACY_M:
        message = f"accuracy is a distance in metres from 0 to {_MAX_ACCURACY_M:.0f}."
        raise PointInvalidError(message, "accuracy")
    return LonLat(longitude, latitude), accuracy_m


def _number(query: MultiMapping[str], name: str) -> float:
    given = query.getall(name, [])
    if len(given) != 1:
        count = "is missing" if not given else "is given more than once"
        message = f"{name} {count}; give it once, like lat=52.4777&lon=-1.8980."
        raise PointInvalidError(message, name)
    text = given[0].strip()
    if not _NUMBER.fullmatch(text) or len(text) > _MAX_LENGTH or not math.isfinite(float(text)):
        hint = " Write the decimals after a point, not a comma." if "," in text else ""
        message = f"{name} is not a number in decimal notation.{hint}"
        raise PointInvalidError(message, name)
    return float(text)


def _check_range(latitude: float, longitude: float) -> None:
    if _within(latitude, LATITUDES) and _within(longitude, LONGITUDES):
        return
    if _within(latitude, LONGITUDES) and _within(longitude, LATITUDES):
        message = "lat and lon look swapped: in Great Britain lat is from 49 to 62 and lon from -10 to 3."
        raise PointInvalidError(message, "lat")
    for name, value, most in (("lat", latitude, 90.0), ("lon", longitude, 180.0)):
        if abs(value) > most:
            message = f"{name} is in degrees, from -{most:.0f} to {most:.0f}."
            raise PointInvalidError(message, name)


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]
