"""Teams as neighbourhoods, with their boundaries, in the shapes of data.police.uk."""

from collections.abc import Sequence
from typing import Final

import msgspec

from finder.domain.team import NeighbourhoodTeam
from geodata.maps.boundary_geojson import centre, middle, outer_ring
from geodata.points_and_extents import DEGREE_DECIMALS, LonLat
from geodata.ward import Ward

_POPULATION_UNKNOWN: Final = "0"


class PoliceNeighbourhoodName(msgspec.Struct, frozen=True):
    """A neighbourhood in the list of a force."""

    id: str
    name: str


class PolicePosition(msgspec.Struct, frozen=True):
    """Degrees, written as text."""

    latitude: str
    longitude: str


class PoliceLink(msgspec.Struct, frozen=True):
    """A link to more information."""

    url: str
    title: str
    description: str | None


class PoliceLocation(msgspec.Struct, frozen=True):
    """A station or contact point."""

    name: str | None
    type: str | None
    address: str | None
    postcode: str | None
    latitude: str | None
    longitude: str | None
    telephone: str | None
    description: str | None


class PoliceNeighbourhood(msgspec.Struct, frozen=True):
    """A neighbourhood; `population` is a whole number written as text, always "0": we do not know it."""

    id: str
    name: str
    description: str | None
    url_force: str
    contact_details: dict[str, str]
    links: list[PoliceLink]
    centre: PolicePosition
    locations: list[PoliceLocation]
    population: str


class PoliceNeighbourhoodFound(msgspec.Struct, frozen=True):
    """The force and the neighbourhood of a point."""

    force: str
    neighbourhood: str


def list_item(team: NeighbourhoodTeam) -> PoliceNeighbourhoodName:
    """Returns a team as the list of its force shows it."""
    return PoliceNeighbourhoodName(team.id, team.name)


def found(team: NeighbourhoodTeam) -> PoliceNeighbourhoodFound:
    """Returns the team of a point."""
    return PoliceNeighbourhoodFound(team.force.id, team.id)


def details(team: NeighbourhoodTeam, wards: Sequence[Ward], all_wards: Sequence[Ward]) -> PoliceNeighbourhood:
    """Returns a team with its live wards. Without any, its centre is the middle of all live wards.

    Typed clients of data.police.uk fail on null for a centre or a population.
    """
    return PoliceNeighbourhood(
        id=team.id,
        name=team.name,
        description=team.record.description or None,
        url_force=team.record.contact.get("web", team.force.web),
        contact_details=dict(team.record.contact),
        links=[],
        centre=_position(centre(wards) or middle(all_wards)),
        locations=[],
        population=_POPULATION_UNKNOWN,
    )


def boundary(wards: Sequence[Ward]) -> list[PolicePosition]:
    """Returns the outer ring of the largest piece of some wards: the shape has no room for more."""
    return [_position(each) for each in outer_ring(wards, decimals=DEGREE_DECIMALS)]


def _position(place: LonLat) -> PolicePosition:
    return PolicePosition(f"{place.latitude:.{DEGREE_DECIMALS}f}", f"{place.longitude:.{DEGREE_DECIMALS}f}")
