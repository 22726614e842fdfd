"""The parameters of the API's addresses, as its documentation describes them."""

from dataclasses import dataclass
from typing import Any, Final

from finder.api.boundary_features import PRECISIONS, SIMPLIFICATIONS
from finder.api.paging import DEFAULT_LIMIT, LIMITS, MAX_CURSOR_LENGTH, MAX_SEARCH_LENGTH
from geodata.gss_code import GSS_CODE_PATTERN
from geodata.points_and_extents import DEGREE_DECIMALS, LATITUDES, LONGITUDES
from geodata.postcode import COMPACT_PATTERN, SECTOR_PATTERN

_ID: Final = "^[a-z0-9-]{1,64}$"
_REST_OF_PATH: Final = "(?s:.*)"
"""Includes slashes and line breaks: a malformed postcode is refused as one, not as an unknown address."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in the path or the query.

    `schema` is JSON Schema. `route_pattern` is the regular expression that a part of the path must match; if it is
    empty, the part ends at the next slash.
    """

    name: str
    description: str
    schema: dict[str, Any]
    where: str = "path"
    required: bool = True
    route_pattern: str = ""


def _query(name: str, description: str, schema: dict[str, Any], *, required: bool = False) -> Parameter:
    return Parameter(name, description, schema, "query", required)


def _whole_number(limits: tuple[int, int], default: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": limits[0], "maximum": limits[1], "default": default}


POSTCODE: Final = Parameter(
    "postcode",
    "Without a space; any other spelling gets the same answer and a Content-Location.",
    {"type": "string", "pattern": COMPACT_PATTERN, "examples": ["B24QA"]},
    route_pattern=_REST_OF_PATH,
)
SECTOR: Final = Parameter(
    "sector",
    "Outward code, dash, digit.",
    {"type": "string", "pattern": SECTOR_PATTERN, "examples": ["B2-4"]},
    route_pattern=_REST_OF_PATH,
)
TEAM: Final = Parameter("id", "A team's id.", {"type": "string", "pattern": _ID, "examples": ["ladywood"]})
WARD: Final = Parameter(
    "gss_code", "A ward's code.", {"type": "string", "pattern": f"^{GSS_CODE_PATTERN}$", "examples": ["E05011151"]}
)
FORCE: Final = Parameter("force", "A force's id.", {"type": "string", "pattern": _ID, "examples": ["west-midlands"]})

LATITUDE: Final = _query(
    "lat",
    "Degrees north.",
    {"type": "number", "minimum": LATITUDES[0], "maximum": LATITUDES[1], "examples": [52.477677]},
    required=True,
)
LONGITUDE: Final = _query(
    "lon",
    "Degrees east, negative west of Greenwich.",
    {"type": "number", "minimum": LONGITUDES[0], "maximum": LONGITUDES[1], "examples": [-1.898007]},
    required=True,
)
ACCURACY: Final = _query(
    "accuracy", "How well the point is known, in metres.", {"type": "number", "minimum": 0, "maximum": 100_000}
)
POINT: Final = _query(
    "q",
    "Latitude, comma, longitude.",
    {
        "type": "string",
        "pattern": r"^[0-9]{1,2}\.[0-9]{1,9},-?[0-9]{1,2}\.[0-9]{1,9}$",
        "examples": ["52.477677,-1.898007"],
    },
    required=True,
)
SEARCH: Final = _query(
    "q", "Words that must all occur in the names.", {"type": "string", "maxLength": MAX_SEARCH_LENGTH}
)
CURSOR: Final = _query("cursor", "From `next` of the page before.", {"type": "string", "maxLength": MAX_CURSOR_LENGTH})
LIMIT: Final = _query("limit", "Most items of a page.", _whole_number(LIMITS, DEFAULT_LIMIT))
PRECISION: Final = _query("precision", "Decimals of a degree.", _whole_number(PRECISIONS, DEGREE_DECIMALS))
SIMPLIFY: Final = _query(
    "simplify",
    "Metres by which a line may move, rounded down to 1, 2, 5, 10 and so on. Neighbours keep sharing their lines.",
    _whole_number(SIMPLIFICATIONS, 0),
)
