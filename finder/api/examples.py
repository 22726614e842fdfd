"""Requests that the documentation shows with their answers; a test sends each one and compares."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from finder.http.media_types import CSV, JSON, NDJSON

RECORDED: Final = Path(__file__).parent / "examples.json"


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a service with the data that ships; a request with a body is a POST."""

    operation: str
    title: str
    path: str
    body: str = ""
    media_type: str = ""
    shown: int = 0

    def shorten(self, body: Any) -> Any:
        """Returns the shown part of a body: all of it, or the first `shown` items of a list or lines of a text."""
        if not self.shown:
            return body
        return "\n".join(body.splitlines()[: self.shown]) + "\n" if isinstance(body, str) else body[: self.shown]


class Recorded(msgspec.Struct, frozen=True):
    """A recorded answer; the body is decoded if it is JSON, else it is text."""

    status: int
    media_type: str
    body: Any


_ADDRESSES: Final = ("type", "next")
"""The members of a body that may have an address of the service."""
_LOOKUPS: Final = "/api/v1/lookups"
_UK: Final = "/police-uk/api"
REQUESTS: Final = (
    Request("getPostcode", "Found", "/api/v1/postcodes/B24QA"),
    Request("getPostcode", "Near a boundary", "/api/v1/postcodes/B429JT"),
    Request("getPostcode", "Unknown", "/api/v1/postcodes/B999ZZ"),
    Request("getPostcode", "Outside the area", "/api/v1/postcodes/B974AB"),
    Request("getPostcode", "Malformed", "/api/v1/postcodes/B24Q0"),
    Request("getPostcode", "Unknown parameter", "/api/v1/postcodes/B24QA?format=xml"),
    Request("getPoint", "Found", "/api/v1/points?lat=52.477677&lon=-1.898007&accuracy=10"),
    Request("getPoint", "Outside the area", "/api/v1/points?lat=51.5&lon=-0.12"),
    Request("getPoint", "Invalid", "/api/v1/points?lat=-1.898&lon=52.478"),
    Request("lookUpMany", "JSON", _LOOKUPS, '{"postcodes": ["B2 4QA", "b97 4ab", "hello"]}', JSON),
    Request("lookUpMany", "Wrong type", _LOOKUPS, '{"postcodes": ["B2 4QA", 24]}', JSON),
    Request("lookUpMany", "CSV", _LOOKUPS, "case,postcode\n17,B2 4QA\n18,hello\n", CSV),
    Request("lookUpMany", "NDJSON", _LOOKUPS, '{"case": 18, "postcode": "hello"}\n"B97 4AB"\n', NDJSON),
    Request("lookUpMany", "Not read", _LOOKUPS, "<postcode>B2 4QA</postcode>", "application/xml"),
    Request("getSector", "Found", "/api/v1/sectors/B42-9"),
    Request("getSector", "Unknown", "/api/v1/sectors/EH1-1"),
    Request("getSector", "Malformed", "/api/v1/sectors/B24"),
    Request("listTeams", "First page", "/api/v1/teams?limit=2"),
    Request("listTeams", "Search", "/api/v1/teams?q=ladywood"),
    Request("listTeams", "Invalid parameter", "/api/v1/teams?limit=1000"),
    Request("getTeam", "Found", "/api/v1/teams/ladywood"),
    Request("getTeam", "Unknown", "/api/v1/teams/atlantis"),
    Request("listSurgeries", "First page", "/api/v1/teams/ladywood/surgeries?limit=1"),
    Request("getCalendar", "First lines", "/api/v1/teams/ladywood/surgeries.ics", shown=4),
    Request("getTeamBoundary", "Coarse", "/api/v1/teams/ladywood/boundary?precision=4&simplify=200"),
    Request("getTeamBoundary", "Invalid parameter", "/api/v1/teams/ladywood/boundary?precision=99"),
    Request("listWards", "First page", "/api/v1/wards?limit=2"),
    Request("getWard", "Found", "/api/v1/wards/E05011151"),
    Request("getWard", "Unknown", "/api/v1/wards/E05999999"),
    Request("getWardBoundary", "Coarse", "/api/v1/wards/E05011151/boundary?precision=4&simplify=200"),
    Request("policeForces", "Found", f"{_UK}/forces"),
    Request("policeForce", "Found", f"{_UK}/forces/west-midlands"),
    Request("policeForce", "Unknown", f"{_UK}/forces/atlantis"),
    Request("policeSeniorOfficers", "Found", f"{_UK}/forces/west-midlands/people"),
    Request("policeLocate", "Found", f"{_UK}/locate-neighbourhood?q=52.477677,-1.898007"),
    Request("policeNeighbourhood", "Found", f"{_UK}/west-midlands/ladywood"),
    Request("policeNeighbourhoods", "First two", f"{_UK}/west-midlands/neighbourhoods", shown=2),
    Request("policeBoundary", "First three points", f"{_UK}/west-midlands/ladywood/boundary", shown=3),
    Request("policeEvents", "First", f"{_UK}/west-midlands/ladywood/events", shown=1),
    Request("policePeople", "Found", f"{_UK}/west-midlands/ladywood/people"),
    Request("policePriorities", "Found", f"{_UK}/west-midlands/ladywood/priorities"),
    Request("healthz", "Running", "/healthz"),
)


def below(root: str, body: Any) -> Any:
    """Returns a body with the addresses that a service answers whose own address has the path `root`."""
    if isinstance(body, dict):
        return {
            name: f"{root}{value}"
            if name in _ADDRESSES and isinstance(value, str) and value.startswith("/")
            else below(root, value)
            for name, value in body.items()
        }
    if isinstance(body, str):  # which may be lines of JSON
        return body.replace('"type":"/', f'"type":"{root}/')
    return [below(root, each) for each in body] if isinstance(body, list) else body


@cache
def recorded() -> tuple[Recorded, ...]:
    """Returns the answers in the order of REQUESTS."""
    return msgspec.json.decode(RECORDED.read_bytes(), type=tuple[Recorded, ...])
