"""The description of the API and its documentation agree with what the service answers."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from finder.api.examples import REQUESTS, Recorded, Request, recorded
from finder.http.problem_statuses import KINDS
from tests.conftest import Client

pytestmark = pytest.mark.asyncio(loop_scope="session")

_PATIENCE: Final = 120.0  # seconds
_SUPPORT: Final = Path(__file__).resolve().parents[1] / "support"
_DATED: Final = {"surgeries", "request_id", "published_at"}
"""Members of an answer that differ by day or by request."""


_DATED_LISTS: Final = {"listSurgeries", "policeEvents"}


def names(body: Any) -> set[str]:
    """Every name in a body."""
    if isinstance(body, dict):
        return set(body).union(*map(names, body.values()))
    return set().union(*map(names, body)) if isinstance(body, list) else set()


async def describe(client: Client) -> dict[str, Any]:
    """The description of the API."""
    async with client.get("/openapi.json") as response:
        assert response.status == 200
        assert response.content_type == "application/json"
        described: dict[str, Any] = await response.json()
        return described


def lasting(body: Any) -> Any:
    """A body without the values that differ by day or by request."""
    if isinstance(body, dict):
        return {name: type(value).__name__ if name in _DATED else lasting(value) for name, value in body.items()}
    if isinstance(body, list):
        return [lasting(each) for each in body]
    return body


async def send(client: Client, example: Request) -> Recorded:
    """The answer to a request of the documentation."""
    method = "POST" if example.body else "GET"
    headers = {"Content-Type": example.media_type} if example.body else {}
    async with client.request(method, example.path, data=example.body.encode() or None, headers=headers) as response:
        media_type, text = response.content_type, await response.text()
    is_json = media_type.endswith("json") and not media_type.endswith("ndjson")
    return Recorded(response.status, media_type, example.shorten(json.loads(text) if is_json else text))


@pytest.mark.parametrize(
    ("example", "answer"),
    list(zip(REQUESTS, recorded(), strict=True)),
    ids=[f"{each.operation} {each.title}" for each in REQUESTS],
)
async def test_an_example_of_the_documentation_gets_the_documented_answer(
    service: Client, example: Request, answer: Recorded
) -> None:
    given = await send(service, example)

    assert (given.status, given.media_type) == (answer.status, answer.media_type)
    if example.operation in _DATED_LISTS:
        assert names(given.body) == names(answer.body)
    else:
        assert lasting(given.body) == lasting(answer.body)


async def test_the_examples_show_every_outcome_of_a_lookup_that_the_shipped_data_has() -> None:
    answers = [
        answer.body for each, answer in zip(REQUESTS, recorded(), strict=True) if each.operation == "getPostcode"
    ]

    shown = {answer["code"] if "code" in answer else answer["match"]["certainty"] for answer in answers}

    outcomes = {"certain", "near_boundary", "postcode_unknown", "outside_coverage", "postcode_malformed"}
    assert shown == outcomes | {"parameter_unknown"}


async def test_every_answer_and_every_problem_has_an_example(service: Client) -> None:
    described = await describe(service)

    without = [
        f"{method} {path} {status} {media_type}"
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        for status, response in operation["responses"].items()
        for media_type, content in response.get("content", {}).items()
        if not content.get("examples") and "example" not in content
    ]

    assert without == []


async def test_the_description_and_the_routes_of_the_api_have_the_same_addresses_and_methods(service: Client) -> None:
    described = await describe(service)

    routed = {
        (re.sub(r"\{(\w+):.*?\}(?=/|$)", r"{\1}", route.resource.canonical), route.method.lower())
        for route in service.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }

    documented = {(path, method) for path, methods in described["paths"].items() for method in methods}
    of_api = {route for route in routed if route[0].startswith(("/api/", "/police-uk/"))}
    assert documented <= routed
    assert of_api - documented == {("/api/v1/teams/{id}/surgeries/{occurrence}.ics", "get")}
    assert documented - of_api == {("/healthz", "get")}


async def test_a_route_of_the_api_has_the_name_of_its_operation(service: Client) -> None:
    described = await describe(service)

    named = {name: resource.canonical for name, resource in service.app.router.named_resources().items()}

    for path, methods in described["paths"].items():
        for operation in methods.values():
            if path != "/healthz":
                assert re.sub(r"\{(\w+):.*?\}(?=/|$)", r"{\1}", named[operation["operationId"]]) == path


async def test_problem_types_resolve_to_pages_that_explain_them(service: Client) -> None:
    for code, kind in KINDS.items():
        async with service.get(f"/problems/{code}") as response:
            assert response.status == 200
            assert kind.title in await response.text()


async def test_the_documentation_loads_nothing_from_elsewhere_and_shows_every_example(service: Client) -> None:
    async with service.get("/docs") as response:
        page = await response.text()

    loaded = re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"([^\"]+)\"", page)
    assert response.status == 200
    assert loaded
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)
    assert page.count("<details>") == len(REQUESTS)
    assert all(f'href="/problems/{code}"' in page for code in KINDS)


@pytest.mark.slow
async def test_schemathesis_finds_no_fault_in_any_operation(service: Client, tmp_path: Path) -> None:
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(_SUPPORT)}
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("schemathesis"), "run", str(service.make_url("/openapi.json")),
        "--checks", "all", "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "20", "--seed", "6",
        "--continue-on-failure", "--no-color",
        cwd=tmp_path, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip

    async with asyncio.timeout(_PATIENCE):
        output, _ = await process.communicate()

    report = output.decode()
    assert process.returncode == 0, report
    assert re.search(r"[1-9][0-9]{2,} generated", report), report


async def test_the_schema_of_an_answer_has_the_fields_of_an_encoded_answer(service: Client) -> None:
    schemas = (await describe(service))["components"]["schemas"]

    answer = json.loads(msgspec.json.encode(recorded()[0].body))

    assert set(answer) <= set(schemas["Answer"]["properties"])
    assert set(schemas["Answer"]["required"]) <= set(answer)
    assert set(answer["team"]) == set(schemas["Team"]["properties"])


def values_of(name: str, body: Any) -> list[Any]:
    """Every value with a name, at any depth."""
    if isinstance(body, dict):
        found = [body[name]] if name in body else []
        return found + [each for value in body.values() for each in values_of(name, value)]
    return [each for value in body for each in values_of(name, value)] if isinstance(body, list) else []


async def test_every_reference_of_the_description_leads_to_something(service: Client) -> None:
    described = await describe(service)

    missing = []
    for reference in set(values_of("$ref", described)):
        place: Any = described
        for part in reference.removeprefix("#/").split("/"):
            place = place.get(part.replace("~1", "/"), {})
        if not place:
            missing.append(reference)
    assert missing == []


async def test_no_array_of_the_description_forbids_items(service: Client) -> None:
    described = await describe(service)

    assert False not in values_of("items", described)
    assert values_of("prefixItems", described) == []


async def test_the_pattern_of_csv_takes_the_examples_of_csv(service: Client) -> None:
    described = await describe(service)
    content = described["paths"]["/api/v1/lookups"]["post"]["requestBody"]["content"]["text/csv"]

    pattern = content["schema"]["pattern"]
    assert [each["value"] for each in content["examples"].values() if not re.search(pattern, each["value"])] == []


async def test_every_operation_has_a_tag_that_is_described_and_needs_no_key(service: Client) -> None:
    described = await describe(service)

    operations = [operation for methods in described["paths"].values() for operation in methods.values()]
    tags = {tag["name"] for tag in described["tags"]}
    assert [operation["operationId"] for operation in operations if not set(operation["tags"]) <= tags] == []
    assert {tag for operation in operations for tag in operation["tags"]} == tags
    assert described["security"] == []


async def test_a_refusal_for_too_many_requests_lists_retry_after(service: Client) -> None:
    described = await describe(service)

    operation = described["paths"]["/api/v1/postcodes/{postcode}"]["get"]
    assert "Retry-After" in operation["responses"]["429"]["headers"]


async def test_dates_and_times_are_described_as_such(service: Client) -> None:
    schemas = (await describe(service))["components"]["schemas"]

    assert schemas["Surgery"]["properties"]["starts_at"]["format"] == "date-time"
    assert schemas["Priority"]["properties"]["issued_on"]["format"] == "date"
