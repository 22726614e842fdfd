"""The neighbourhood team, its people and what it works on."""

import re
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
"""The ways to reach a team that the data.police.uk shape knows."""

WEB_CONTACTS: Final = frozenset({"web", "facebook", "youtube", "myspace", "bebo", "flickr", "forum", "blog", "rss"})
"""Those of them that are addresses on the web."""

_WEB_ADDRESS: Final = re.compile(r"https?://[^\s/]+\S*")
_PCSO_RANKS: Final = frozenset({"pcso", "police community support officer"})


def is_web_address(text: str) -> bool:
    """Whether a text may be made a link: an address that starts a web page, and never a script."""
    return _WEB_ADDRESS.fullmatch(text) is not None


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
    """A team as the directory lists it; `contact` has keys of CONTACT_KEYS, none of them empty."""

    id: str
    name: str
    force_id: str
    area: str
    description: str
    contact: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NeighbourhoodTeam:
    """A team with its people and promises, joined."""

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
