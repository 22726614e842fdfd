"""Where a postcode is: the supplier's point for it, and how good that point is."""

from typing import Final, NamedTuple

from geodata.grid import GridPoint
from geodata.postcode import Postcode

BEST_QUALITY: Final = 10
NO_LOCATION: Final = 90
"""Code-Point Open's positional quality for a postcode whose whereabouts are not known."""


class PostcodeLocation(NamedTuple):
    """One row of a postcode file.

    The point is the supplier's representative point in whole metres, not a centroid. `positional_quality` is
    Code-Point Open's: 10 is best, 60 poorest. `district` and `ward` are the supplier's own GSS codes, empty where it
    gives none. `retired_on` is the month that the postcode went out of use, as YYYYMM, 0 while live.
    """

    postcode: Postcode
    point: GridPoint
    positional_quality: int
    district: str
    ward: str
    retired_on: int = 0
