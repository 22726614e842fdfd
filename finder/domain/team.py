"""The neighbourhood team, its officers and its priorities."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from geodata.police_forces import Force

CONTACT_KEYS: Final = (
    "email",
    "telephone",
    "mobile",
    "fax",
    "web",
    "address",
    "facebook",
    "twitter",
    "youtube",
    "myspace",
    "bebo",
    "flickr",
    "google-plus",
    "forum",
    "e-messaging",
    "blog",
    "rss",
)
"""The ways to contact a team that data.police.uk has."""

WEB_CONTACTS: Final = frozenset({"web", "facebook", "youtube", "myspace", "bebo", "flickr", "forum", "blog", "rss"})
"""The contact keys that are web addresses."""

TELEPHONE_CONTACTS: Final = frozenset({"telephone", "mobile", "fax"})
"""The contact keys that are telephone numbers."""

_PCSO_RANKS: Final = frozenset({"pcso", "police community support officer"})


@dataclass(frozen=True, slots=True)
class Officer:
    """A police officer or PCSO of a team."""

    team_id: str
    name: str
    rank: str

    @property
    def is_pcso(self) -> bool:
        """Whether the rank is that of a Police Community Support Officer, in either spelling."""
        return self.rank.casefold() in _PCSO_RANKS


@dataclass(frozen=True, slots=True)
class Priority:
    """What a team has promised to work on, and what it last did about it."""

    team_id: str
    issue: str
    issued_on: date
    action: str
    action_on: date | None


@dataclass(frozen=True, slots=True)
class TeamRecord:
    """A team as the directory lists it; `contact` has some of the CONTACT_KEYS, with values that are not empty."""

    id: str
    name: str
    force_id: str
    area: str
    description: str
    contact: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NeighbourhoodTeam:
    """A team joined with its wards, officers and priorities."""

    record: TeamRecord
    force: Force
    ward_codes: tuple[str, ...]
    officers: tuple[Officer, ...]
    priorities: tuple[Priority, ...]

    @property
    def id(self) -> str:
        """Unique in a deployment."""
        return self.record.id

    @property
    def name(self) -> str:
        """The name residents know."""
        return self.record.name
