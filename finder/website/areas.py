"""The other way in: by district, and by the name of a team or a ward."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from aiohttp import web

from finder.domain.snapshot import Snapshot
from finder.domain.team import NeighbourhoodTeam
from finder.keys import OUTWARD_CODE
from finder.services.find_team import FindTeam
from finder.services.live import LiveSnapshot
from finder.website.find import where_to
from finder.website.forms import read_form
from finder.website.renderer import Page, Renderer
from finder.website.responses import see_other
from geodata.errors import PostcodeMalformedError
from geodata.postcode import Postcode
from geodata.ward import District, Ward

_LONGEST_NAME: Final = 60
_LIKE: Final = 0.75  # as difflib reckons it: one letter wrong, missing or too many in a word of five or more
_NOT_A_WORD: Final = re.compile(r"[^a-z0-9]+")
Found = list[tuple[NeighbourhoodTeam, list[Ward]]]


@dataclass(frozen=True, slots=True)
class Area:
    """A district as the pages list it, with its teams by name and the wards that no team covers."""

    slug: str
    name: str
    teams: Found
    without_team: list[Ward]


class Areas:
    """Handlers of `/areas...`."""

    def __init__(self, live: LiveSnapshot, resolver: FindTeam, renderer: Renderer) -> None:
        self._live = live
        self._resolver = resolver
        self._renderer = renderer

    async def areas(self, request: web.Request) -> web.StreamResponse:
        """`GET /areas`: every district."""
        snapshot = self._live.current
        return self._renderer.held(
            request, "areas.html", build=lambda: Page({"snapshot": snapshot, "areas": list_areas(snapshot)})
        )

    async def search(self, request: web.Request) -> web.Response:
        """`POST /areas`: teams and wards of a name. Posted, for people type postcodes into any box; one is followed."""
        snapshot = self._live.current
        typed = (await read_form(request)).get("name", "").strip()[:_LONGEST_NAME]
        if (postcode := _postcode(typed)) is not None:
            request[OUTWARD_CODE] = postcode.outward_code
            return see_other(where_to(self._resolver.by_postcode(snapshot, postcode)))
        found, meant = search(snapshot, typed), ""
        if not found and (meant := respell(snapshot, typed)):
            found = search(snapshot, meant)
        return self._renderer.passing(
            request,
            "areas.html",
            snapshot=snapshot,
            areas=list_areas(snapshot),
            typed=typed,
            found=found,
            meant=meant if found else "",
            searched=True,
        )

    async def area(self, request: web.Request) -> web.StreamResponse:
        """`GET /areas/{district}`: the teams of one district."""
        snapshot = self._live.current
        slug = request.match_info["district"]
        area = next((each for each in list_areas(snapshot) if each.slug == slug), None)
        if area is None:
            raise web.HTTPNotFound
        return self._renderer.kept(request, "area.html", snapshot=snapshot, area=area)


def list_areas(snapshot: Snapshot) -> list[Area]:
    """Every district with live wards, by name."""
    by_district: defaultdict[District, list[Ward]] = defaultdict(list)
    for ward in snapshot.wards.wards:
        by_district[ward.district].append(ward)
    areas = [_area(snapshot, district, wards) for district, wards in by_district.items()]
    return sorted(areas, key=lambda area: area.name)


def search(snapshot: Snapshot, text: str) -> Found:
    """Teams whose name, or the name of one of whose wards, has every word that was typed; by name."""
    words = fold(text).split()
    found = [(team, snapshot.wards_of(team)) for team in snapshot.teams.values()]
    return _by_name(
        (team, wards)
        for team, wards in found
        if words and any(_has(name, words) for name in (team.name, *(ward.name for ward in wards)))
    )


def respell(snapshot: Snapshot, text: str) -> str:
    """A name with each word that no team and no ward has replaced by the most like it; empty where one has none."""
    names = {team.name for team in snapshot.teams.values()} | {ward.name for ward in snapshot.wards.wards}
    known = sorted({word for name in names for word in fold(name).split()})
    words = [next(iter(get_close_matches(word, known, 1, _LIKE)), "") for word in fold(text).split()]
    return " ".join(words) if all(words) else ""


def fold(text: str) -> str:
    """Text for comparing: small ASCII letters and digits, anything else one space."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("&", " and ").replace("'", "").replace("\u2019", ""))
    return _NOT_A_WORD.sub(" ", plain.encode("ascii", "ignore").decode()).strip()


def _has(name: str, words: list[str]) -> bool:
    folded = fold(name)
    return all(word in folded for word in words)


def _area(snapshot: Snapshot, district: District, wards: list[Ward]) -> Area:
    by_team: defaultdict[str, list[Ward]] = defaultdict(list)
    without: list[Ward] = []
    for ward in sorted(wards, key=lambda each: each.name):
        team = snapshot.team_of_ward.get(ward.gss_code)
        (by_team[team.id] if team else without).append(ward)
    name = district.name or district.gss_code
    teams = _by_name((snapshot.teams[team_id], own) for team_id, own in by_team.items())
    return Area(fold(name).replace(" ", "-"), name, teams, without)


def _by_name(found: Iterable[tuple[NeighbourhoodTeam, list[Ward]]]) -> Found:
    return sorted(found, key=lambda each: fold(each[0].name))


def _postcode(typed: str) -> Postcode | None:
    try:
        return Postcode.parse(typed)
    except PostcodeMalformedError:
        return None
