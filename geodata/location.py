"""Where a postcode is: the supplier's point for it, and how good that point is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

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


@dataclass(frozen=True, slots=True)
class PostcodeBatch:
    """Some hundred rows of a postcode file, a list for each field of PostcodeLocation, all of one length.

    Postcodes are text in canonical spelling: an object for each of 1.7 million rows would cost more than reading them.
    """

    postcodes: Sequence[str] = ()
    eastings: Sequence[int] = ()
    northings: Sequence[int] = ()
    positional_qualities: Sequence[int] = ()
    districts: Sequence[str] = ()
    wards: Sequence[str] = ()
    retired_on: Sequence[int] = ()

    @classmethod
    def of(cls, locations: Iterable[PostcodeLocation]) -> Self:
        """The same rows as columns."""
        rows = ((str(each.postcode), *map(int, each.point), *each[2:]) for each in locations)
        return cls(*zip(*rows, strict=True))

    def __len__(self) -> int:
        return len(self.postcodes)

    def __iter__(self) -> Iterator[PostcodeLocation]:
        points = map(GridPoint, self.eastings, self.northings)
        halves = (Postcode(*postcode.split(" ")) for postcode in self.postcodes)
        others = (self.positional_qualities, self.districts, self.wards, self.retired_on)
        return map(PostcodeLocation, halves, points, *others)
