"""Finds who polices a postcode or a point: location -> ward -> team, with the other teams that are near."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from finder.domain.answer import Answer
from finder.domain.team import NeighbourhoodTeam
from finder.errors import (
    OutsideCoverageError,
    PostcodeUnknownError,
    SectorUnknownError,
    WardWithoutTeamError,
)
from finder.services.near_boundary import match_point, match_postcode, near_m_of_point, near_m_of_postcode
from finder.snapshot.model import Snapshot
from finder.snapshot.postcode_table import PostcodeRecord
from geodata.points_and_extents import GridPoint, LonLat
from geodata.police_forces import Force
from geodata.postcode import Postcode
from geodata.projection.ostn15 import to_grid
from geodata.sector import Sector
from geodata.team_area_index import HORIZON_M
from geodata.ward import Ward


class Found(NamedTuple):
    """A postcode with its row, ward and team."""

    postcode: Postcode
    record: PostcodeRecord
    ward: Ward
    team: NeighbourhoodTeam


class FoundPoint(NamedTuple):
    """A point with its ward and team; `accuracy_m` is how well it is known, in metres."""

    point: GridPoint
    degrees: LonLat
    accuracy_m: float
    ward: Ward
    team: NeighbourhoodTeam


class SectorPostcode(NamedTuple):
    """A postcode of a sector, its ward and team if it has one, and the other teams that are near."""

    postcode: Postcode
    ward: Ward | None
    team: NeighbourhoodTeam | None
    nearby: tuple[NeighbourhoodTeam, ...]


@dataclass(frozen=True, slots=True)
class FindTeam:
    """The one resolver that website, API and command line share. Distances are in metres."""

    near_boundary_m: float
    near_boundary_poor_m: float

    def by_postcode(self, snapshot: Snapshot, postcode: Postcode) -> Answer:
        """Who polices a postcode; raises as `find`."""
        return self.answer(snapshot, self.find(snapshot, postcode))

    def find(self, snapshot: Snapshot, postcode: Postcode) -> Found:
        """The ward and team of a postcode, which is all that an entity tag needs.

        Raises PostcodeUnknownError, OutsideCoverageError or WardWithoutTeamError.
        """
        found = snapshot.postcodes.find(postcode)
        if found is None:
            raise _unknown_or_outside(snapshot, postcode)
        if found.ward is None:
            raise OutsideCoverageError(_other_force(snapshot, snapshot.forces.by_district.get(found.district)))
        team = snapshot.team_of_ward.get(found.ward.gss_code)
        if team is None:
            raise WardWithoutTeamError(found.ward, found.point, found.positional_quality)
        return Found(postcode, found, found.ward, team)

    def answer(self, snapshot: Snapshot, found: Found) -> Answer:
        """The whole answer for a postcode that was found: how certain it is, and which other teams are possible."""
        postcode, record, ward, team = found
        match = match_postcode(snapshot, record, team, self._near_m(record))
        _, point, degrees, quality, retired_on, _, _ = record
        return Answer(postcode, point, degrees, quality, retired_on, ward, team, match)

    def by_point(self, snapshot: Snapshot, place: LonLat, accuracy_m: float = 0.0) -> Answer:
        """Who polices a point in degrees, known to `accuracy_m` metres; raises as `find_point`."""
        return self.answer_point(snapshot, self.find_point(snapshot, place, accuracy_m))

    def find_point(self, snapshot: Snapshot, place: LonLat, accuracy_m: float = 0.0) -> FoundPoint:
        """The ward and team of a point in degrees, known to `accuracy_m` metres.

        Raises OutsideCoverageError or WardWithoutTeamError.
        """
        point = to_grid(place)
        if point is None:
            raise OutsideCoverageError(None)
        ward = snapshot.areas.locate(point)
        if ward is None:
            raise OutsideCoverageError(_force_near(snapshot, point))
        team = snapshot.team_of_ward.get(ward.gss_code)
        if team is None:
            raise WardWithoutTeamError(ward, point, None)
        return FoundPoint(point, place, accuracy_m, ward, team)

    def answer_point(self, snapshot: Snapshot, found: FoundPoint) -> Answer:
        """The whole answer for a point that was found."""
        point, degrees, accuracy_m, ward, team = found
        near_m = near_m_of_point(accuracy_m, self.near_boundary_m)
        match = match_point(snapshot, point, team, snapshot.areas.distance(point, team.id), near_m)
        return Answer(None, point, degrees.rounded(), None, 0, ward, team, match)

    def by_sector(self, snapshot: Snapshot, sector: Sector) -> Iterator[SectorPostcode]:
        """Yields every live postcode of a sector with its team; raises SectorUnknownError if there is none."""
        is_known = False
        for postcode, record in snapshot.postcodes.of_sector(sector):
            if not record.retired_on:
                is_known = True
                yield self._place(snapshot, postcode, record)
        if not is_known:
            raise SectorUnknownError(_force_elsewhere(snapshot, sector.first_postcode))

    def _place(self, snapshot: Snapshot, postcode: Postcode, record: PostcodeRecord) -> SectorPostcode:
        team = snapshot.team_of_ward.get(record.ward.gss_code) if record.ward else None
        if team is None:
            return SectorPostcode(postcode, record.ward, None, ())
        match = match_postcode(snapshot, record, team, self._near_m(record))
        return SectorPostcode(postcode, record.ward, team, tuple(each.team for each in match.alternatives))

    def _near_m(self, record: PostcodeRecord) -> float:
        return near_m_of_postcode(record, self.near_boundary_m, self.near_boundary_poor_m)


def _unknown_or_outside(snapshot: Snapshot, postcode: Postcode) -> PostcodeUnknownError | OutsideCoverageError:
    """A release has the whole of each postcode area that it has; other areas are known by their sectors."""
    force = _force_elsewhere(snapshot, postcode)
    return OutsideCoverageError(force) if force else PostcodeUnknownError()


def _force_elsewhere(snapshot: Snapshot, postcode: Postcode) -> Force | None:
    """The force of a postcode in an area that the release does not have, if that is known."""
    if postcode.area in snapshot.postcodes.areas:
        return None
    return _other_force(snapshot, snapshot.forces.find_by_sector(postcode))


def _other_force(snapshot: Snapshot, force: Force | None) -> Force | None:
    """The force, unless this service has teams of it: then a place outside all wards is still policed by that force."""
    served = {team.force.id for team in snapshot.teams.values()}
    return force if force and force.id not in served else None


def _force_near(snapshot: Snapshot, point: GridPoint) -> Force | None:
    """The force of the nearest postcode, if that is within the horizon."""
    district = snapshot.postcodes.nearest_district(point, HORIZON_M)
    return _other_force(snapshot, snapshot.forces.by_district.get(district)) if district else None
