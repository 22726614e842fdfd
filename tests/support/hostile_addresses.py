"""What is tried at each address of the service. The test of stalls fails for an address that is missing here."""

from typing import Final

from tests.support.hostile_bodies import csv_bodies, form_bodies, json_bodies, ndjson_bodies
from tests.support.hostile_inputs import TEXTS, Address

_API: Final = "/api/v1"
_TEAM: Final = f"{_API}/teams/ladywood"
_WARD: Final = f"{_API}/wards/E05011151"
_FORCE: Final = "/police-uk/api/west-midlands"
_DETAILS: Final = ("precision=7", "precision=4&simplify=1000", "simplify=1", "precision=7&simplify=3", "simplify=1001")
_PAGES: Final = (
    "limit=500",
    "limit=500&q=a",
    "q=a+b+c+d+e+f+g+h",
    "cursor=zzz",
    "limit=1&cursor=%F0%9F%9A%93",
    "limit=9999",
)
_POINTS: Final = (
    "lat=52.4777&lon=-1.8980",
    "lat=52.4777&lon=-1.8980&accuracy=5000",
    "lat=52.4777&lon=-1.8980&accuracy=100000",
    "lat=1e308&lon=1e-308",
    "lat=52.4777&lon=-2.2",
    "lat=60.1&lon=-1.2",
)


def _of(target: str, queries: tuple[str, ...] = ()) -> Address:
    """An address that answers GET, with other queries of it."""
    path = target.partition("?")[0]
    return Address("GET", target, tuple(f"{path}?{query}" for query in queries))


ADDRESSES: Final[dict[str, Address]] = {
    "GET /api/v1/postcodes/{postcode}": _of(f"{_API}/postcodes/B24QA"),
    "GET /api/v1/points": _of(f"{_API}/points?lat=52.4777&lon=-1.8980&accuracy=100", _POINTS),
    "POST /api/v1/lookups": Address(
        "POST", f"{_API}/lookups", bodies=(*json_bodies(), *csv_bodies(), *ndjson_bodies())
    ),
    "GET /api/v1/sectors/{sector}": Address(
        "GET", f"{_API}/sectors/B2-4", (f"{_API}/sectors/B90-3", f"{_API}/sectors/b903")
    ),
    "GET /api/v1/teams": _of(f"{_API}/teams?q=a&cursor=a&limit=500", _PAGES),
    "GET /api/v1/teams/{id}": _of(_TEAM),
    "GET /api/v1/teams/{id}/surgeries": _of(f"{_TEAM}/surgeries?cursor=2&limit=500", _PAGES),
    "GET /api/v1/teams/{id}/surgeries.ics": _of(f"{_TEAM}/surgeries.ics"),
    "GET /api/v1/teams/{id}/surgeries/{occurrence}.ics": _of(f"{_TEAM}/surgeries/ladywood-1.ics"),
    "GET /api/v1/teams/{id}/boundary": _of(f"{_TEAM}/boundary?precision=7&simplify=0", _DETAILS),
    "GET /api/v1/wards": _of(f"{_API}/wards?q=a&cursor=a&limit=500", _PAGES),
    "GET /api/v1/wards/{gss_code}": _of(_WARD),
    "GET /api/v1/wards/{gss_code}/boundary": _of(f"{_WARD}/boundary?precision=7&simplify=0", _DETAILS),
    "GET /police-uk/api/forces": _of("/police-uk/api/forces"),
    "GET /police-uk/api/forces/{force}": _of("/police-uk/api/forces/west-midlands"),
    "GET /police-uk/api/forces/{force}/people": _of("/police-uk/api/forces/west-midlands/people"),
    "GET /police-uk/api/locate-neighbourhood": _of("/police-uk/api/locate-neighbourhood?q=52.4777,-1.8980"),
    "GET /police-uk/api/{force}/neighbourhoods": _of(f"{_FORCE}/neighbourhoods"),
    "GET /police-uk/api/{force}/{id}": _of(f"{_FORCE}/ladywood"),
    "GET /police-uk/api/{force}/{id}/boundary": _of(f"{_FORCE}/ladywood/boundary"),
    "GET /police-uk/api/{force}/{id}/people": _of(f"{_FORCE}/ladywood/people"),
    "GET /police-uk/api/{force}/{id}/events": _of(f"{_FORCE}/ladywood/events"),
    "GET /police-uk/api/{force}/{id}/priorities": _of(f"{_FORCE}/ladywood/priorities"),
    "GET /openapi.json": _of("/openapi.json"),
    "GET /docs": _of("/docs"),
    "GET /healthz": _of("/healthz"),
    "GET /readyz": _of("/readyz"),
    "GET /": _of("/"),
    "POST /find": Address("POST", "/find", bodies=tuple(form_bodies(TEXTS, "postcode"))),
    "POST /find/location": Address("POST", "/find/location", bodies=tuple(form_bodies(TEXTS, "lat", "accuracy"))),
    "GET /choose": _of(
        "/choose?teams=ladywood,nechells",
        (
            "teams=ladywood,nechells,newtown",
            "teams=nechells,newtown,ladywood,aston,lozells,handsworth,soho-jewellery-quarter,bordesley-highgate",
            "teams=" + ",".join(["ladywood"] * 3_000),
        ),
    ),
    "GET /teams/{id}": _of("/teams/ladywood?retired=2021-03", ("retired=none",)),
    "GET /teams/{id}/surgeries": _of("/teams/ladywood/surgeries?page=1", ("page=2", "page=9999")),
    "GET /areas": _of("/areas"),
    "POST /areas": Address("POST", "/areas", bodies=tuple(form_bodies(TEXTS, "name"))),
    "GET /areas/{district}": _of("/areas/birmingham"),
    "GET /cookies": _of("/cookies"),
    "GET /privacy": _of("/privacy"),
    "GET /accessibility": _of("/accessibility"),
    "GET /data": _of("/data"),
    "GET /problems/{code}": _of("/problems/postcode_malformed"),
    "GET /static/{name}": _of("/static/finder.css"),
}
"""By method and route."""

NO_ADDRESS: Final = _of("/none/such")
"""Where nothing is."""
