"""Every state in which residents can meet a page: where, and what they sent."""

from typing import Final, NamedTuple

FORM: Final = "application/x-www-form-urlencoded"


class State(NamedTuple):
    """Where a page is met: which site, which path or what is sent to it, and the status it comes with."""

    path: str
    status: int = 200
    site: str = "shipped"
    form: dict[str, str] | None = None
    kind: str = FORM


STATES: Final = {
    "start": State("/"),
    "malformed": State("/find", 422, form={"postcode": "HELLO <b>&"}),
    "nothing typed": State("/find", 422, form={"postcode": ""}),
    "unknown": State("/find", 404, form={"postcode": "B99 9ZZ"}),
    "outside": State("/find", 404, form={"postcode": "B97 4AB"}),
    "ward without team": State("/find", 404, "gaps", {"postcode": "B2 4QA"}),
    "no location": State("/find/location", 422, form={"lat": "x", "lon": "1"}),
    "location outside": State("/find/location", 404, form={"lat": "48.8566", "lon": "2.3522"}),
    "too large": State("/find", 413, form={"postcode": "A" * 1_000_000}),
    "wrong kind of form": State("/find", 415, form={"postcode": "B2 4QA"}, kind="multipart/form-data"),
    "too many": State("/find", 429, "busy", {"postcode": "B2 4QA"}),
    "choice": State("/choose?teams=hall-green-north,sparkbrook-balsall-heath-east"),
    "choice of three": State("/choose?teams=ladywood,nechells,newtown"),
    "choice of one": State("/choose?teams=ladywood"),
    "team": State("/teams/ladywood"),
    "team of several wards": State("/teams/abbey"),
    "team of a retired postcode": State("/teams/ladywood?retired=2021-03"),
    "team with nothing listed": State("/teams/abbey", site="gaps"),
    "team unknown": State("/teams/none-such", 404),
    "team replaced": State("/teams/newtown", 410, "gaps"),
    "surgeries": State("/teams/ladywood/surgeries"),
    "surgeries, a later page": State("/teams/ladywood/surgeries?page=2"),
    "no surgeries": State("/teams/abbey/surgeries", site="gaps"),
    "areas": State("/areas"),
    "area": State("/areas/birmingham"),
    "area with a gap": State("/areas/birmingham", site="gaps"),
    "names found": State("/areas", form={"name": "heath"}),
    "names found by another spelling": State("/areas", form={"name": "harbourne"}),
    "no names found": State("/areas", form={"name": "zz"}),
    "cookies": State("/cookies"),
    "privacy": State("/privacy"),
    "accessibility": State("/accessibility"),
    "data": State("/data"),
    "for developers": State("/docs"),
    "problem": State("/problems/outside_coverage"),
    "not found": State("/none/such", 404),
    "wrong method": State("/find", 405),
    "fault of ours": State("/broken", 500),
    "no data": State("/teams/ladywood", 503, "empty"),
    "start without data": State("/", site="empty"),
    "data sources without data": State("/data", site="empty"),
    "closed": State("/teams/ladywood", 503, "closed"),
}
