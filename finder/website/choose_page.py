"""The choice of a team near a boundary: few teams, and next to each other, as an answer names them."""

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from finder.domain.team import NeighbourhoodTeam
from finder.errors import TeamUnknownError
from finder.services.find_team import FindTeam
from finder.snapshot.live_snapshot import LiveSnapshot
from finder.snapshot.model import Snapshot
from finder.website.page_renderer import Page, PageRenderer
from finder.website.team_map import TeamMaps
from geodata.adjoining_wards import adjoin

MOST_CHOICES: Final = 3
_MOST_IDS: Final = 16


class ChoosePage:
    """Handler of `/choose`."""

    def __init__(self, live: LiveSnapshot, resolver: FindTeam, renderer: PageRenderer, maps: TeamMaps) -> None:
        self._live = live
        self._renderer = renderer
        self._maps = maps
        self._near_m = max(resolver.near_boundary_m, resolver.near_boundary_poor_m)

    async def choose(self, request: web.Request) -> web.StreamResponse:
        """`GET /choose?teams=a,b`: the teams on both sides of a boundary."""
        snapshot = self._live.current
        teams = _parse(snapshot, request.query.get("teams", ""))
        if not teams:
            raise TeamUnknownError
        key = tuple(team.id for team in teams)
        return await self._renderer.stored_page(
            request, "choose_team.html", key, lambda: Page(self._contents(snapshot, teams))
        )

    def _contents(self, snapshot: Snapshot, teams: Sequence[NeighbourhoodTeam]) -> dict[str, object]:
        kept = _adjoining(snapshot, teams, self._near_m)
        choices = [(team, snapshot.wards_of(team)) for team in kept]
        return {"snapshot": snapshot, "choices": choices, "map": self._maps.map_of(snapshot, kept)}


def _parse(snapshot: Snapshot, typed: str) -> list[NeighbourhoodTeam]:
    """Returns the first three live teams of a list of ids with commas between, each once."""
    ids = dict.fromkeys(typed.split(",", _MOST_IDS)[:_MOST_IDS])
    return [team for each in ids if (team := snapshot.teams.get(each)) is not None][:MOST_CHOICES]


def _adjoining(snapshot: Snapshot, teams: Sequence[NeighbourhoodTeam], near_m: float) -> list[NeighbourhoodTeam]:
    """Returns the first team, and the others that lie within so many metres of one before them.

    Only such teams can be near one place. Without this rule there would be three million pages, each with its map.
    """
    kept = list(teams[:1])
    for team in teams[1:]:
        wards = snapshot.wards_of(team)
        if any(adjoin(snapshot.wards_of(each), wards, near_m) for each in kept):
            kept.append(team)
    return kept
