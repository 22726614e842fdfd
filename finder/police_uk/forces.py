"""Forces in the shapes of data.police.uk."""

from typing import Final

import msgspec

from geodata.police_forces import Force

_TELEPHONE: Final = "101"


class PoliceForce(msgspec.Struct, frozen=True):
    """A force in the list of forces."""

    id: str
    name: str


class EngagementMethod(msgspec.Struct, frozen=True):
    """A way to follow a force."""

    url: str
    type: str | None
    title: str
    description: str | None


class PoliceForceDetails(msgspec.Struct, frozen=True):
    """A force."""

    id: str
    name: str
    description: str | None
    url: str
    telephone: str
    engagement_methods: list[EngagementMethod]


def list_item(force: Force) -> PoliceForce:
    """Returns a force as the list shows it."""
    return PoliceForce(force.id, force.name)


def details(force: Force) -> PoliceForceDetails:
    """Returns a force with its web address and telephone."""
    return PoliceForceDetails(force.id, force.name, None, force.web, _TELEPHONE, [])
