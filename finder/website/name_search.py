"""Lists and searches the names of a snapshot's districts, teams and wards. The names are folded once."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, NamedTuple

from finder.domain.team import NeighbourhoodTeam
from finder.snapshot.model import Snapshot
from geodata.district import District
from geodata.ward import Ward

MOST_WORDS: Final = 6
"""Typed words that are searched; the rest are ignored. No ward or team needs more."""
_LIKE: Final = 0.75  # similarity by difflib: one letter wrong, missing or added in a word of five or more
_NOT_A_WORD: Final = re.compile(r"[^a-z0-9]+")
Found = list[tuple[NeighbourhoodTeam, list[Ward]]]


@dataclass(frozen=True, slots=True)
class Area:
    """A district as the pages list it: its teams by name, each with its wards there, and the wards without a team.

    It has teams by id and wards by GSS code: a ward itself would keep the whole index of its snapshot in memory.
    """

    slug: str
    name: str
    teams: tuple[tuple[str, tuple[str, ...]], ...]
    without_team: tuple[str, ...]

    def found(self, snapshot: Snapshot) -> Found:
        """Returns the teams by name, each with its wards in this district."""
        return [(snapshot.teams[team_id], _wards(snapshot, codes)) for team_id, codes in self.teams]

    def wards_without_team(self, snapshot: Snapshot) -> list[Ward]:
        """Returns the wards that no team covers, by name."""
        return _wards(snapshot, self.without_team)


class _Named(NamedTuple):
    """A team by id, with its own folded name and those of its wards."""

    team_id: str
    names: tuple[str, ...]


class AreaNames:
    """Folded names only, so that they keep no snapshot in memory. Results come from the snapshot that is passed in."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._of = snapshot.identity
        teams = sorted(snapshot.teams.values(), key=lambda team: fold(team.name))
        self._named = [
            _Named(team.id, (fold(team.name), *(fold(ward.name) for ward in snapshot.wards_of(team)))) for team in teams
        ]
        folded = [name for each in self._named for name in each.names]
        folded += [fold(ward.name) for ward in snapshot.wards.wards]
        self._words = sorted({word for name in folded for word in name.split()})
        self.areas = list_areas(snapshot)
        """Every district with live wards, by name."""

    def are_of(self, snapshot: Snapshot) -> bool:
        """Whether these are the names of that snapshot."""
        return self._of == snapshot.identity

    def find_area(self, slug: str) -> Area | None:
        """Returns the district with a slug, None if there is none."""
        return next((area for area in self.areas if area.slug == slug), None)

    def search(self, snapshot: Snapshot, text: str) -> Found:
        """Returns the teams, by name, that have every typed word in their name or in that of one of their wards."""
        words = _split(text)
        if not words:
            return []
        ids = [each.team_id for each in self._named if any(all(w in name for w in words) for name in each.names)]
        return [(snapshot.teams[team_id], snapshot.wards_of(snapshot.teams[team_id])) for team_id in ids]

    def respell(self, text: str) -> str:
        """Replaces each word by the most similar word of all names. Returns "" if a word has no similar one."""
        words = []
        for word in _split(text):
            like = get_close_matches(word, self._words, 1, _LIKE)
            if not like:
                return ""
            words += like
        return " ".join(words)


def list_areas(snapshot: Snapshot) -> list[Area]:
    """Returns every district with live wards, by name."""
    by_district: defaultdict[District, list[Ward]] = defaultdict(list)
    for ward in snapshot.wards.wards:
        by_district[ward.district].append(ward)
    areas = [_area(snapshot, district, wards) for district, wards in by_district.items()]
    return sorted(areas, key=lambda area: area.name)


def fold(text: str) -> str:
    """Returns a text for comparing: lower-case ASCII letters and digits; anything else becomes one space."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("&", " and ").replace("'", "").replace("\u2019", ""))
    return _NOT_A_WORD.sub(" ", plain.encode("ascii", "ignore").decode()).strip()


def _split(text: str) -> list[str]:
    return list(dict.fromkeys(fold(text).split()))[:MOST_WORDS]


def _area(snapshot: Snapshot, district: District, wards: list[Ward]) -> Area:
    by_team: defaultdict[str, list[str]] = defaultdict(list)
    without: list[str] = []
    for ward in sorted(wards, key=lambda each: each.name):
        team = snapshot.team_of_ward.get(ward.gss_code)
        (by_team[team.id] if team else without).append(ward.gss_code)
    name = district.name or district.gss_code
    ids = sorted(by_team, key=lambda team_id: fold(snapshot.teams[team_id].name))
    teams = tuple((team_id, tuple(by_team[team_id])) for team_id in ids)
    return Area(fold(name).replace(" ", "-"), name, teams, tuple(without))


def _wards(snapshot: Snapshot, codes: Iterable[str]) -> list[Ward]:
    return [ward for code in codes if (ward := snapshot.wards.find(code)) is not None]
