"""Teams and surgeries -> the shapes of data.police.uk."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from finder.domain.surgery import LONDON, Occurrence, Status
from finder.domain.team import NeighbourhoodTeam
from finder.police_uk import shapes
from geodata.grid import DEGREE_DECIMALS, LonLat
from geodata.maps.boundary_geojson import centre, outer_ring
from geodata.police_forces import Force
from geodata.ward import Ward

_TELEPHONE: Final = "101"


def force_shape(force: Force) -> shapes.PoliceForceDetails:
    """A force."""
    return shapes.PoliceForceDetails(force.id, force.name, None, force.web, _TELEPHONE, [])


def neighbourhood_shape(team: NeighbourhoodTeam, wards: Sequence[Ward]) -> shapes.PoliceNeighbourhood:
    """A team with its live wards."""
    return shapes.PoliceNeighbourhood(
        id=team.id,
        name=team.name,
        description=team.record.description or None,
        url_force=team.record.contact.get("web", team.force.web),
        contact_details=dict(team.record.contact),
        links=[],
        centre=_position(centre(wards)),
        locations=[],
        population=None,
    )


def boundary_shape(wards: Sequence[Ward]) -> list[shapes.PolicePosition]:
    """The outer ring of the largest piece of some wards: the shape has no room for more."""
    return [_position(each) for each in outer_ring(wards, decimals=DEGREE_DECIMALS)]


def people_shape(team: NeighbourhoodTeam) -> list[shapes.PolicePerson]:
    """The team's officers."""
    return [shapes.PolicePerson(each.name, each.rank, None, {}) for each in team.officers]


def priorities_shape(team: NeighbourhoodTeam) -> list[shapes.PolicePriority]:
    """The team's priorities."""
    return [
        shapes.PolicePriority(each.issue, _midnight(each.issued_on), each.action or None, _midnight(each.action_on))
        for each in team.priorities
    ]


def event_shape(occurrence: Occurrence) -> shapes.PoliceEvent:
    """A surgery. The shape has no status, so the title says if it is cancelled or moved."""
    mark = "" if occurrence.status is Status.CONFIRMED else f"{occurrence.status.value.capitalize()}: "
    venue = occurrence.venue
    return shapes.PoliceEvent(
        title=f"{mark}{occurrence.surgery.title}",
        type="meeting",
        description=occurrence.reason,
        address=", ".join(filter(None, (venue.name, venue.address, venue.postcode))) if venue else "",
        contact_details={"web": occurrence.online_url} if occurrence.online_url else {},
        start_date=_wall_clock(occurrence.starts_at),
        end_date=_wall_clock(occurrence.ends_at),
    )


def _position(place: LonLat | None) -> shapes.PolicePosition:
    if place is None:
        return shapes.PolicePosition(None, None)
    return shapes.PolicePosition(f"{place.latitude:.{DEGREE_DECIMALS}f}", f"{place.longitude:.{DEGREE_DECIMALS}f}")


def _wall_clock(moment: datetime) -> str:
    """Returns the time on the clocks of the United Kingdom, without its offset."""
    return f"{moment.astimezone(LONDON):%Y-%m-%dT%H:%M:%S}"


def _midnight(day: date | None) -> Any:
    return f"{day:%Y-%m-%d}T00:00:00" if day else None
