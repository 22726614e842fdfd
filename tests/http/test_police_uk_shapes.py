"""Every body in the shapes of data.police.uk, field by field: names, types, and what may be null."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conftest import Client

pytestmark = pytest.mark.asyncio(loop_scope="session")

_BASE: Final = "/police-uk/api"
_FORCE: Final = f"{_BASE}/west-midlands"
_CONTACTS: Final = {"email", "telephone", "mobile", "fax", "web", "address", "facebook",
             "twitter", "youtube", "myspace", "bebo", "flickr",
             "google-plus", "forum", "e-messaging", "blog", "rss"}  # fmt: skip
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)
_DEGREES: Final = re.compile(r"-?\d{1,2}\.\d{4,}", re.ASCII)

Rule = Callable[[Any], bool]


def text(value: Any) -> bool:
    return isinstance(value, str)


def words(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""


def moment(value: Any) -> bool:
    return isinstance(value, str) and _MOMENT.fullmatch(value) is not None


def degrees(value: Any) -> bool:
    return isinstance(value, str) and _DEGREES.fullmatch(value) is not None


def whole(value: Any) -> bool:
    return isinstance(value, str) and value.isdecimal()


def contacts(value: Any) -> bool:
    return isinstance(value, dict) and set(value) <= _CONTACTS and all(map(words, value.values()))


def place(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"latitude", "longitude"} and all(map(degrees, value.values()))


def empty_list(value: Any) -> bool:
    return isinstance(value, list) and not value


def null_or(rule: Rule) -> Rule:
    return lambda value: value is None or rule(value)


_PERSON: Final[dict[str, Rule]] = {"name": words, "rank": words, "bio": null_or(text), "contact_details": contacts}
_NAME: Final[dict[str, Rule]] = {"id": words, "name": words}
_SHAPES: Final[dict[str, dict[str, Rule]]] = {
    "forces": _NAME,
    "forces/west-midlands": {
        **_NAME,
        "description": null_or(text),
        "url": words,
        "telephone": words,
        "engagement_methods": empty_list,
    },
    "forces/west-midlands/people": _PERSON,
    "west-midlands/neighbourhoods": _NAME,
    "": {
        **_NAME,
        "description": null_or(text),
        "url_force": words,
        "contact_details": contacts,
        "links": empty_list,
        "centre": place,
        "locations": empty_list,
        "population": whole,
    },
    "/boundary": {"latitude": degrees, "longitude": degrees},
    "/people": _PERSON,
    "/events": {
        "title": words,
        "type": words,
        "description": text,
        "address": text,
        "contact_details": contacts,
        "start_date": moment,
        "end_date": moment,
    },
    "/priorities": {
        "issue": words,
        "issue-date": moment,
        "action": null_or(text),
        "action-date": null_or(moment),
    },
}
_LISTS: Final = {"forces", "forces/west-midlands/people", "west-midlands/neighbourhoods", "/boundary", "/people",
                 "/events", "/priorities"}  # fmt: skip


async def fetch(client: Client, path: str) -> Any:
    """A body, requested like that API's clients do."""
    async with client.get(path, headers={"Accept": "*/*"}) as response:
        assert (response.status, response.content_type) == (200, "application/json")
        return await response.json()


def faults(body: Any, shape: str) -> Iterator[str]:
    """The fields that are missing, unexpected or of the wrong type."""
    if isinstance(body, list) != (shape in _LISTS):
        yield f"{shape}: {type(body).__name__}"
    for each in body if isinstance(body, list) else [body]:
        if set(each) != set(_SHAPES[shape]):
            yield f"{shape}: {sorted(set(each) ^ set(_SHAPES[shape]))}"
        yield from (f"{shape}: {name}={each[name]!r}" for name in each if not _SHAPES[shape][name](each[name]))


async def test_the_answers_about_forces_have_every_field(service: Client) -> None:
    shapes = [shape for shape in _SHAPES if shape and not shape.startswith("/")]

    wrong = [fault for shape in shapes for fault in faults(await fetch(service, f"{_BASE}/{shape}"), shape)]

    assert len(shapes) == 4
    assert wrong == []


@pytest.mark.parametrize("shape", ["", "/boundary", "/people", "/events", "/priorities"])
async def test_the_answers_about_every_neighbourhood_have_every_field(service: Client, shape: str) -> None:
    wrong, empty = [], 0
    for team in await fetch(service, f"{_FORCE}/neighbourhoods"):
        body = await fetch(service, f"{_FORCE}/{team['id']}{shape}")
        wrong += list(faults(body, shape))
        empty += not body

    assert wrong == []
    assert empty == 0


async def test_a_boundary_is_one_closed_ring(service: Client) -> None:
    for team in await fetch(service, f"{_FORCE}/neighbourhoods"):
        ring = await fetch(service, f"{_FORCE}/{team['id']}/boundary")
        assert len(ring) > 3
        assert ring[0] == ring[-1]


async def test_ids_can_be_used_in_a_path(service: Client) -> None:
    ids = {team["id"] for team in await fetch(service, f"{_FORCE}/neighbourhoods")}

    assert not [each for each in ids if each == "neighbourhoods" or set(each) & set("/?#")]


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("shape", "recorded"),
    [
        ("", "leicestershire-NC04.json"),
        ("", "metropolitan-00ABGA.json"),
        ("", "edge-neighbourhood-html-in-name.json"),
        ("/boundary", "boundary.json"),
        ("/people", "people.json"),
        ("/events", "events.json"),
        ("/priorities", "priorities.json"),
        ("west-midlands/neighbourhoods", "leicestershire-neighbourhoods.json"),
    ],
)
async def test_every_field_of_a_recorded_body_is_present(shared_data: Path, shape: str, recorded: str) -> None:
    body = json.loads((shared_data / "police-uk" / recorded).read_bytes())

    theirs = {name for each in (body if isinstance(body, list) else [body]) for name in each}

    assert theirs == set(_SHAPES[shape]) - ({"end_date"} if shape == "/events" else set())


@pytest.mark.shared_data
async def test_our_contacts_have_every_field_of_a_full_recorded_set(shared_data: Path) -> None:
    recorded = json.loads((shared_data / "police-uk" / "edge-contact-details-full.json").read_bytes())

    assert set(recorded) <= _CONTACTS


@pytest.mark.shared_data
async def test_the_not_found_body_is_the_recorded_one(service: Client, shared_data: Path) -> None:
    recorded = (shared_data / "police-uk" / "edge-not-found.txt").read_text(encoding="utf-8").strip()

    async with service.get(f"{_FORCE}/atlantis", headers={"Accept": "*/*"}) as response:
        assert (response.status, response.content_type, await response.text()) == (404, "text/plain", recorded)
