"""The start page and its forms: a postcode or a location leads to a team, or to a choice of teams."""

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from finder.domain.answer import Answer, Certainty, present_month
from finder.errors import PointInvalidError
from finder.http.point_parameters import parse_point
from finder.http.problem_statuses import RequestRefusedError
from finder.http.request_context import OUTWARD_CODE
from finder.services.find_team import FindTeam
from finder.snapshot.live_snapshot import LiveSnapshot
from finder.website.choose_page import MOST_CHOICES
from finder.website.form_fields import read_form
from finder.website.page_renderer import PageRenderer
from finder.website.uncached_responses import see_other
from geodata.errors import PostcodeMalformedError
from geodata.postcode import Postcode

_UNPROCESSABLE: Final = 422
_LONGEST_KEPT: Final = 100


class FindPages:
    """Handlers of the start page and its forms. No postcode and no coordinate is ever put into an address."""

    def __init__(self, live: LiveSnapshot, resolver: FindTeam, renderer: PageRenderer) -> None:
        self._live = live
        self._resolver = resolver
        self._renderer = renderer

    async def start(self, request: web.Request) -> web.StreamResponse:
        """`GET /`: the form for a postcode."""
        return await self._renderer.stored_page(request, "start.html")

    async def find(self, request: web.Request) -> web.Response:
        """`POST /find`: redirects to the team's page, or to a choice near a boundary, or shows the form again."""
        typed = (await read_form(request)).get("postcode", "")
        try:
            postcode = Postcode.parse(typed)
        except PostcodeMalformedError:
            return self._ask_again(request, "postcode", typed[:_LONGEST_KEPT])
        request[OUTWARD_CODE] = postcode.outward_code
        return see_other(self._renderer.root + page_of_answer(self._resolver.by_postcode(self._live.current, postcode)))

    async def find_location(self, request: web.Request) -> web.Response:
        """`POST /find/location`: the same for the location that the browser sent with the resident's permission."""
        fields = await read_form(request)
        try:
            place, accuracy_m = parse_point(fields)
        except (PointInvalidError, RequestRefusedError):
            return self._ask_again(request, "location", "")
        return see_other(
            self._renderer.root + page_of_answer(self._resolver.by_point(self._live.current, place, accuracy_m))
        )

    def _ask_again(self, request: web.Request, fault: str, typed: str) -> web.Response:
        return self._renderer.uncached_page(request, "start.html", _UNPROCESSABLE, fault=fault, typed=typed)


def page_of_answer(answer: Answer) -> str:
    """Returns the address of the page for an answer, below that of the service."""
    if answer.match.certainty is Certainty.NEAR_BOUNDARY:
        return f"/choose?teams={','.join(_ids(answer))}"
    retired = f"?retired={present_month(answer.retired_on)}" if answer.retired_on else ""
    return f"/teams/{answer.team.id}{retired}"


def _ids(answer: Answer) -> Iterable[str]:
    """Returns the teams to choose from, the most likely first."""
    near = sorted(answer.match.alternatives, key=lambda each: each.metres)
    return list(dict.fromkeys([answer.team.id, *(each.team.id for each in near)]))[:MOST_CHOICES]
