"""`/api/v1/sectors`: all postcodes of a sector, so that an app can look up a postcode without sending it."""

from datetime import UTC, datetime
from typing import Final

import msgspec
from aiohttp import web

from finder.api import json_shapes
from finder.api.answer_json import Presenter
from finder.api.live_answers import LivePresenter
from finder.api.query_parameters import check_request
from finder.http.etags import CachedBody, respond
from finder.http.request_context import OUTWARD_CODE
from finder.http.yield_to_event_loop import LoopTurn
from finder.services.find_team import FindTeam, SectorPostcode
from geodata.sector import Sector

SECTORS: Final = "/api/v1/sectors/"
_encoder: Final = msgspec.json.Encoder()


async def get_sector(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """Every live postcode of a sector; the same answer for every client."""
    check_request(request)
    typed = request.match_info["sector"]
    sector = Sector.parse(typed)
    request[OUTWARD_CODE] = sector.outward_code
    presenter = live.current
    key = ("sector", sector)
    body = presenter.bodies.find(key, datetime.now(UTC))
    if body is None:
        found = await _find(presenter, live.resolver, sector)
        body = presenter.bodies.store(key, _encode_sector(presenter, found, sector))
    response = await respond(request, body)
    if typed != sector.path:
        response.headers["Content-Location"] = f"{live.root}{SECTORS}{sector.path}"
    return response


async def _find(presenter: Presenter, resolver: FindTeam, sector: Sector) -> list[SectorPostcode]:
    """Returns the postcodes of a sector. Other requests are answered in between: some sectors have two hundred."""
    turn, found = LoopTurn(), []
    for each in resolver.by_sector(presenter.snapshot, sector):
        found.append(each)
        await turn.end_if_over()
    return found


def _encode_sector(presenter: Presenter, found: list[SectorPostcode], sector: Sector) -> CachedBody:
    teams = {team.id: team.name for each in found for team in (each.team, *each.nearby) if team is not None}
    answer = json_shapes.Sector(
        sector=str(sector),
        releases=presenter.releases,
        teams=dict(sorted(teams.items())),
        postcodes=[_row(each) for each in found],
        alternatives={
            str(each.postcode): list(dict.fromkeys(team.id for team in each.nearby)) for each in found if each.nearby
        },
    )
    return CachedBody(_encoder.encode(answer))


def _row(found: SectorPostcode) -> json_shapes.SectorRow:
    return (
        str(found.postcode),
        found.ward.gss_code if found.ward else None,
        found.team.id if found.team else None,
        bool(found.nearby),
    )
