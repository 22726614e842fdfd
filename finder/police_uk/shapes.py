"""The JSON shapes of the neighbourhood part of the data.police.uk API, whose clients break on any other."""

import msgspec

ContactDetails = dict[str, str]


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


class PoliceNeighbourhoodName(msgspec.Struct, frozen=True):
    """A neighbourhood in the list of a force."""

    id: str
    name: str


class PolicePosition(msgspec.Struct, frozen=True):
    """Degrees, written as text; null where they are not known."""

    latitude: str | None
    longitude: str | None


class PoliceLink(msgspec.Struct, frozen=True):
    """Somewhere to read on."""

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
    """A neighbourhood; `population` is a whole number written as text, or null."""

    id: str
    name: str
    description: str | None
    url_force: str
    contact_details: ContactDetails
    links: list[PoliceLink]
    centre: PolicePosition
    locations: list[PoliceLocation]
    population: str | None


class PolicePerson(msgspec.Struct, frozen=True):
    """An officer."""

    name: str
    rank: str
    bio: str | None
    contact_details: ContactDetails


class PoliceEvent(msgspec.Struct, frozen=True):
    """A surgery; times are on the clocks of the United Kingdom, without offset or fraction."""

    title: str
    type: str
    description: str
    address: str
    contact_details: ContactDetails
    start_date: str
    end_date: str


class PolicePriority(msgspec.Struct, frozen=True, rename="kebab"):
    """A priority; `issue-date` is always there, `action-date` may be null."""

    issue: str
    issue_date: str
    action: str | None
    action_date: str | None


class PoliceNeighbourhoodFound(msgspec.Struct, frozen=True):
    """Who polices a point."""

    force: str
    neighbourhood: str
