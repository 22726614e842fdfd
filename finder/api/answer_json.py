"""Answers -> the documented JSON. A team is encoded again only when its list of surgeries changes."""

from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

import msgspec

from finder import __version__
from finder.api import json_shapes
from finder.domain.answer import Alternative, Answer, Certainty, Match, present_month
from finder.domain.release import Kind, Publication, Release
from finder.domain.surgery import Occurrence, Venue
from finder.domain.team import NeighbourhoodTeam
from finder.domain.upcoming_surgeries import next_surgeries
from finder.http.etags import BodyCache
from finder.snapshot.model import Snapshot
from geodata.maps.simplified_coverage import SimplifiedCoverages
from geodata.points_and_extents import GridPoint, LonLat
from geodata.team_area_index import HORIZON_M
from geodata.ward import Ward

_encoder: Final = msgspec.json.Encoder()


class EncodedTeam(NamedTuple):
    """A team's JSON, the moment until which it is true, and the entity tag of the answers that contain it.

    The tag is strong and needs no hash: an answer changes with the publication, or when the list of surgeries does.
    """

    json: msgspec.Raw
    until: datetime
    tag: str


class Presenter:
    """Encodes answers from one snapshot."""

    def __init__(self, snapshot: Snapshot, rules: str) -> None:
        """`rules` names the settings that change answers: every entity tag depends on it."""
        self.snapshot = snapshot
        self._teams: dict[str, EncodedTeam] = {}
        self._wards: dict[str, msgspec.Raw] = {}
        self.bodies = BodyCache()
        self.coverages = SimplifiedCoverages(snapshot.wards.wards)
        self.releases = msgspec.Raw(_encoder.encode(_releases(snapshot.publication)))
        built = sha256(f"{__version__} {rules}".encode()).hexdigest()[:8]
        self._tag = f"{built}-{snapshot.publication.number}"

    def answer(self, found: Answer, team: EncodedTeam) -> bytes:
        """Encodes the answer for a postcode or point; `team` is already encoded."""
        return _encoder.encode(
            json_shapes.Answer(
                postcode=str(found.postcode) if found.postcode else None,
                location=location(found.point, found.degrees, found.positional_quality),
                ward=self._ward(found.ward),
                match=_match(found.match),
                team=team.json,
                releases=self.releases,
                retired_on=present_month(found.retired_on) if found.retired_on else "",
            )
        )

    def _ward(self, found: Ward) -> msgspec.Raw:
        encoded = self._wards.get(found.gss_code)
        if encoded is None:
            encoded = self._wards[found.gss_code] = msgspec.Raw(_encoder.encode(ward(found)))
        return encoded

    def team(self, team: NeighbourhoodTeam, now: datetime) -> EncodedTeam:
        """Returns a team with its next surgeries, encoded."""
        encoded = self._teams.get(team.id)
        if encoded is None or encoded.until <= now:
            upcoming = next_surgeries(self.snapshot.series_of(team.id), now)
            json = msgspec.Raw(_encoder.encode(_full_team(team, upcoming.occurrences)))
            tag = f"{self._tag}-{int(upcoming.until.timestamp()):x}"
            encoded = EncodedTeam(json, upcoming.until, tag)
            self._teams[team.id] = encoded
        return encoded


def location(point: GridPoint, degrees: LonLat | None, positional_quality: int | None) -> json_shapes.Location:
    """Returns a grid point in metres and in degrees."""
    longitude, latitude = degrees or (None, None)
    return json_shapes.Location(
        easting=round(point.easting),
        northing=round(point.northing),
        latitude=latitude,
        longitude=longitude,
        positional_quality=positional_quality,
    )


def ward(found: Ward) -> json_shapes.Ward:
    """Returns a ward with its district."""
    return json_shapes.Ward(
        found.gss_code, found.name, json_shapes.District(found.district.gss_code, found.district.name)
    )


def _match(match: Match) -> msgspec.Raw:
    metres = None if match.boundary_m is None else round(match.boundary_m)
    if match.certainty is Certainty.CERTAIN:
        return _certain(metres)
    shape = json_shapes.Match("near_boundary", metres, [_alternative(each) for each in match.alternatives])
    return msgspec.Raw(_encoder.encode(shape))


@lru_cache(maxsize=round(HORIZON_M) + 2)
def _certain(metres: int | None) -> msgspec.Raw:
    return msgspec.Raw(_encoder.encode(json_shapes.Match("certain", metres, [])))


def _alternative(each: Alternative) -> json_shapes.Alternative:
    return json_shapes.Alternative(
        ward(each.ward), json_shapes.TeamName(each.team.id, each.team.name), round(each.metres)
    )


def _full_team(team: NeighbourhoodTeam, occurrences: tuple[Occurrence, ...]) -> json_shapes.Team:
    return json_shapes.Team(
        id=team.id,
        name=team.name,
        description=team.record.description,
        force=json_shapes.Force(team.force.id, team.force.name),
        area=team.record.area,
        contact=dict(team.record.contact),
        officers=msgspec.convert(team.officers, list[json_shapes.Officer], from_attributes=True),
        surgeries=[surgery(each) for each in occurrences],
        priorities=[
            json_shapes.Priority(
                issue=each.issue,
                issued_on=each.issued_on.isoformat(),
                action=each.action or None,
                action_on=each.action_on.isoformat() if each.action_on else None,
            )
            for each in team.priorities
        ],
    )


def surgery(each: Occurrence) -> json_shapes.Surgery:
    """Returns one dated surgery."""
    return json_shapes.Surgery(
        id=each.id,
        title=each.surgery.title,
        starts_at=each.starts_at.isoformat(),
        ends_at=each.ends_at.isoformat(),
        status=each.status.value,
        venue=_venue(each.venue),
        online_url=each.online_url or None,
        moved_from=each.moved_from.isoformat() if each.moved_from else None,
        reason=each.reason or None,
    )


def _venue(venue: Venue | None) -> json_shapes.Venue | None:
    return json_shapes.Venue(venue.name, venue.address, venue.postcode, venue.access or None) if venue else None


def _releases(publication: Publication) -> json_shapes.Releases:
    return json_shapes.Releases(publication.number, *(_release(publication.releases[kind]) for kind in Kind))


def _release(release: Release) -> json_shapes.Release:
    live = release.published_at
    return json_shapes.Release(release.id, release.source, live.isoformat(timespec="seconds") if live else None)
