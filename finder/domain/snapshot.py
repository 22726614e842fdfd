"""The immutable in-memory copy of a publication: everything that a lookup needs, joined once."""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from finder.domain.release import Publication
from finder.domain.surgery import Occurrence, Series
from finder.domain.team import NeighbourhoodTeam
from geodata.area_index import AreaIndex
from geodata.grid import GridPoint
from geodata.places import Places
from geodata.postcode import Postcode
from geodata.sector import Sector
from geodata.ward import Ward
from geodata.ward_index import WardIndex

NEXT_SURGERIES: Final = 5
_KEY_LENGTH: Final = 7
SOON: Final = timedelta(days=90)
"""How far ahead an answer looks for a team's next surgeries."""
_YEAR: Final = timedelta(days=366)


class PostcodeRecord(NamedTuple):
    """One row of the postcode table, and its place there; `ward` is None where no ward holds the point."""

    row: int
    point: GridPoint
    positional_quality: int
    retired_on: int
    district: str
    ward: Ward | None


class PostcodeTable:
    """Every postcode of a release with the ward that its point falls in, searched by the spelling without a space.

    Held as arrays: a row costs some 50 bytes, key and distance included, a Python object many times that.
    """

    def __init__(self, rows: NDArray[np.void], index: WardIndex) -> None:
        self._rows = rows
        self._keys = np.ascontiguousarray(rows["postcode"])
        self._wards = index.wards
        self.ward_positions: NDArray[np.int32] = index.locate_many(
            np.column_stack([rows["easting"], rows["northing"]]).astype(np.float64)
        )
        # Metres to the nearest ward of another team: NaN until it is first asked for, infinite beyond the horizon. To
        # reckon all of them would make every swap slow, to reckon one on each request is a third of the request.
        self.boundary_m: NDArray[np.float64] = np.full(len(rows), np.nan)
        self.areas: frozenset[str] = frozenset(_areas(self._keys))

    def __len__(self) -> int:
        return len(self._keys)

    def unmeasured(self) -> "PostcodeTable":
        """The same rows and wards, for teams of other areas: no distance to another team is known yet."""
        table = copy(self)
        table.boundary_m = np.full(len(self), np.nan)
        return table

    @property
    def keys(self) -> NDArray[np.bytes_]:
        """The postcodes without a space, padded to seven characters, in order: row for row with `ward_positions`."""
        return self._keys

    @property
    def districts(self) -> NDArray[np.bytes_]:
        """The supplier's own district of each row, padded to nine characters, blank where it gives none."""
        districts: NDArray[np.bytes_] = self._rows["district"]
        return districts

    def find(self, postcode: Postcode) -> PostcodeRecord | None:
        """The row of a postcode."""
        key = _key(postcode.compact)
        position = int(np.searchsorted(self._keys, key))
        if position == len(self._keys) or self._keys[position] != key:
            return None
        return self._record(position)

    def of_sector(self, sector: Sector) -> Iterator[tuple[Postcode, PostcodeRecord]]:
        """The postcodes of a sector, retired ones included, in their order."""
        # Nothing else sorts in between: those of B24 begin with the same characters, but go on with a digit.
        start = int(np.searchsorted(self._keys, _key(sector.first_postcode.compact)))
        end = int(np.searchsorted(self._keys, _key(sector.last_postcode.compact), side="right"))
        for position in range(start, end):
            compact = self._keys[position].decode("ascii").strip()
            yield Postcode(compact[:-3], compact[-3:]), self._record(position)

    def _record(self, position: int) -> PostcodeRecord:
        _, easting, northing, quality, retired_on, district = self._rows[position].item()
        ward = int(self.ward_positions[position])
        return PostcodeRecord(
            position,
            GridPoint(easting, northing),
            quality,
            retired_on,
            district.decode("ascii").strip(),
            self._wards[ward] if ward >= 0 else None,
        )

    def nearest_district(self, point: GridPoint, metres: float) -> str | None:
        """The district of the nearest postcode, if it is no farther than so many metres and the supplier gives one.

        Looks at every row: for points beyond all wards, which are rarely asked for.
        """
        eastings = self._rows["easting"] - point.easting
        northings = self._rows["northing"] - point.northing
        squares = eastings * eastings + northings * northings
        nearest = int(np.argmin(squares)) if len(squares) else -1
        if nearest < 0 or squares[nearest] > metres * metres:
            return None
        district: bytes = self._rows[nearest]["district"]
        return district.decode("ascii").strip() or None

    def __iter__(self) -> Iterator[Postcode]:
        for key in self._keys:
            compact = key.decode("ascii").strip()
            yield Postcode(compact[:-3], compact[-3:])


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A team's surgeries as they stand from one change to the next; nothing in them has ended before `until`."""

    occurrences: tuple[Occurrence, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A publication, joined; swapped whole, never altered."""

    publication: Publication
    postcodes: PostcodeTable
    wards: WardIndex
    teams: Mapping[str, NeighbourhoodTeam]
    team_of_ward: Mapping[str, NeighbourhoodTeam]
    series: Mapping[str, tuple[Series, ...]]
    places: Places
    sequences: Mapping[str, int]  # of occurrences whose published content ever changed, by id
    built_at: datetime
    successors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of teams that are no more: who has their wards now, most of them first."""

    areas: AreaIndex = field(init=False)
    """The wards by team, for points."""

    def __post_init__(self) -> None:
        team_ids = {gss_code: team.id for gss_code, team in self.team_of_ward.items()}
        object.__setattr__(self, "areas", AreaIndex(self.wards, team_ids))

    def next_surgeries(self, team_id: str, now: datetime) -> Upcoming:
        """The next five surgeries within 90 days, and until when that is so.

        The list changes when one of them ends, or when time brings another within 90 days; it is looked at again
        after about 90 days even if neither is known to happen.
        """
        # Days are counted in UTC: 90 of London's are an hour more or less where the clocks change between.
        now = now.astimezone(UTC)
        ahead = self.surgeries(team_id, now, now + 2 * SOON)
        listed = [each for each in ahead if each.starts_at <= now + SOON][:NEXT_SURGERIES]
        moments = [each.ends_at for each in listed]
        if len(listed) < NEXT_SURGERIES:
            moments += [each.starts_at.astimezone(UTC) - SOON for each in ahead if each.starts_at > now + SOON]
        # Later than this, one could be within 90 days that is not in `ahead`.
        midnight = (now + SOON).replace(hour=0, minute=0, second=0, microsecond=0)
        return Upcoming(tuple(listed), min([*moments, midnight]))

    def year_of_surgeries(self, team_id: str, now: datetime) -> Upcoming:
        """Every surgery of the twelve months from today, and until when that is so: one ends, or the day (UTC) does."""
        today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        found = self.surgeries(team_id, now, today + _YEAR)
        return Upcoming(tuple(found), min([*(each.ends_at for each in found), today + timedelta(days=1)]))

    def surgeries(self, team_id: str, start: datetime, end: datetime) -> list[Occurrence]:
        """A team's surgeries that end after `start` and begin before `end`, cancelled ones included, by start."""
        found = [each for series in self.series.get(team_id, ()) for each in series.between(start, end)]
        return sorted(found, key=lambda each: (each.starts_at, each.id))

    def wards_of(self, team: NeighbourhoodTeam) -> list[Ward]:
        """The live wards that a team covers, by name."""
        codes = set(team.ward_codes)
        return sorted((ward for ward in self.wards.wards if ward.gss_code in codes), key=lambda ward: ward.name)


def _key(compact: str) -> np.bytes_:
    return np.bytes_(compact.ljust(_KEY_LENGTH))


def _areas(keys: Iterable[bytes]) -> Iterator[str]:
    """The postcode areas that occur: the letters before the first digit."""
    for pair in np.unique(np.asarray(keys).astype("S2")):
        yield pair.decode("ascii").rstrip("0123456789 ")
