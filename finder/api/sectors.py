"""`/api/v1/sectors`: every postcode of a sector, so that an app looks up on the device and we never learn which."""

from datetime import UTC, datetime
from typing import Final

import msgspec
from aiohttp import web

from finder.api import shapes
from finder.api.live_presenter import Current
from finder.api.negotiation import check
from finder.api.presenter import Presenter
from finder.http.body_cache import CachedBody, respond
from finder.http.request_context import OUTWARD_CODE
from finder.services.find_team import Placed
from geodata.sector import Sector

_encoder: Final = msgspec.json.Encoder()


class SectorsApi:
    """Handler."""

    def __init__(self, current: Current) -> None:
        self._current = current

    async def sector(self, request: web.Request) -> web.StreamResponse:
        """`GET /api/v1/sectors/{sector}`: the same for everyone who asks."""
        check(request)
        typed = request.match_info["sector"]
        sector = Sector.parse(typed)
        request[OUTWARD_CODE] = sector.outward_code
        presenter = self._current.presenter
        response = respond(
            request, presenter.keep(("sector", sector), datetime.now(UTC), lambda: self._body(presenter, sector))
        )
        if typed != sector.path:
            response.headers["Content-Location"] = f"/api/v1/sectors/{sector.path}"
        return response

    def _body(self, presenter: Presenter, sector: Sector) -> CachedBody:
        placed = self._current.resolver.by_sector(presenter.snapshot, sector)
        teams = {team.id: team.name for each in placed for team in (each.team, *each.nearby) if team is not None}
        answer = shapes.Sector(
            sector=str(sector),
            releases=presenter.releases,
            teams=dict(sorted(teams.items())),
            postcodes=[_row(each) for each in placed],
            alternatives={
                str(each.postcode): list(dict.fromkeys(team.id for team in each.nearby))
                for each in placed
                if each.nearby
            },
        )
        return CachedBody(_encoder.encode(answer))


def _row(placed: Placed) -> shapes.SectorRow:
    return (
        str(placed.postcode),
        placed.ward.gss_code if placed.ward else None,
        placed.team.id if placed.team else None,
        bool(placed.nearby),
    )
