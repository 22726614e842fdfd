"""The pages: form in, rendered page out, through the same resolver as the API."""

import re
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs

import aiohttp_jinja2
from aiohttp import web

from finder.domain.answer import Certainty, present_month
from finder.domain.snapshot import Snapshot
from finder.domain.team import NeighbourhoodTeam
from finder.errors import OutsideCoverageError, TeamUnknownError, WardWithoutTeamError
from finder.keys import OUTWARD_CODE
from finder.problems import KINDS, explain, kind_of
from finder.services.find_team import FindTeam, find_team
from finder.services.live import LiveSnapshot
from geodata.errors import PostcodeMalformedError
from geodata.postcode import Postcode

CACHE_CONTROL: Final = "public, max-age=60, stale-while-revalidate=240, stale-if-error=86400"
_FORM: Final = "application/x-www-form-urlencoded"
_UNPROCESSABLE: Final = 422
_MONTH: Final = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")
_MOST_CHOICES: Final = 8


class Website:
    """Handlers of the pages. No postcode is ever put into an address."""

    def __init__(self, live: LiveSnapshot, resolver: FindTeam) -> None:
        self._live = live
        self._resolver = resolver

    async def start(self, request: web.Request) -> web.Response:
        """`GET /`: one question."""
        return _cached(self._page(request, "start.html", {}))

    async def find(self, request: web.Request) -> web.Response:
        """`POST /find`: to the team's page, to a choice near a boundary, or the question again."""
        typed = await _typed_postcode(request)
        try:
            postcode = Postcode.parse(typed)
        except PostcodeMalformedError as refusal:
            context = {"typed": typed[:100], "error": str(refusal)}
            response = self._page(request, "start.html", context, status=_UNPROCESSABLE)
            response.headers["Cache-Control"] = "no-store"
            return response
        request[OUTWARD_CODE] = postcode.outward_code
        answer = self._resolver.by_postcode(self._live.current, postcode)
        if answer.match.certainty is Certainty.NEAR_BOUNDARY:
            ids = dict.fromkeys([answer.team.id, *(each.team.id for each in answer.match.alternatives)])
            return _see_other(f"/choose?teams={','.join(ids)}")
        retired = f"?retired={present_month(answer.retired_on)}" if answer.retired_on else ""
        return _see_other(f"/teams/{answer.team.id}{retired}")

    async def choose(self, request: web.Request) -> web.Response:
        """`GET /choose?teams=a,b`: the teams on either side of an edge."""
        snapshot = self._live.current
        ids = request.query.get("teams", "").split(",")[:_MOST_CHOICES]
        teams = [team for each in ids if (team := snapshot.teams.get(each)) is not None]
        if not teams:
            raise TeamUnknownError
        choices = [(team, snapshot.wards_of(team)) for team in teams]
        return _cached(self._page(request, "choose.html", {"choices": choices, "snapshot": snapshot}))

    async def team(self, request: web.Request) -> web.Response:
        """`GET /teams/{id}`: who they are, when to meet them, what they work on, how to reach them."""
        snapshot = self._live.current
        team = find_team(snapshot, request.match_info["id"])
        retired = request.query.get("retired", "")
        context = _team_context(snapshot, team) | {"retired": retired if _MONTH.fullmatch(retired) else ""}
        return _cached(self._page(request, "team.html", context))

    async def problem(self, request: web.Request) -> web.Response:
        """`GET /problems/{code}`: what a problem of the API means."""
        kind = KINDS.get(request.match_info["code"])
        if kind is None:
            raise web.HTTPNotFound
        return _cached(self._page(request, "problem_kind.html", {"kind": kind}))

    def render_refusal(self, request: web.Request, refusal: Exception) -> web.Response:
        """The page for a refusal; needs neither database nor snapshot."""
        kind = kind_of(refusal)
        context = {
            "kind": kind,
            "detail": explain(refusal),
            "force": refusal.force if isinstance(refusal, OutsideCoverageError) else None,
            "ward": refusal.ward if isinstance(refusal, WardWithoutTeamError) else None,
        }
        return self._page(request, "refusal.html", context, status=kind.status)

    def _page(self, request: web.Request, template: str, context: dict[str, Any], status: int = 200) -> web.Response:
        """A rendered page; its footer is about the snapshot in the context, else about the current one, if any."""
        context = {"snapshot": self._live.current_or_none, **context}
        return aiohttp_jinja2.render_template(template, request, context, status=status)


def _team_context(snapshot: Snapshot, team: NeighbourhoodTeam) -> dict[str, Any]:
    return {
        "team": team,
        "wards": snapshot.wards_of(team),
        "surgeries": snapshot.next_surgeries(team.id, datetime.now(UTC)).occurrences,
        "snapshot": snapshot,
    }


async def _typed_postcode(request: web.Request) -> str:
    """The form's one field. Read from the bytes: aiohttp's own form reader does not bound multipart bodies."""
    if request.content_type != _FORM:
        raise web.HTTPUnsupportedMediaType
    body = await request.read()
    fields = parse_qs(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=None)
    return fields.get("postcode", [""])[0]


def _see_other(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})


def _cached(response: web.Response) -> web.Response:
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response
