"""If-None-Match and If-Match, in every form that RFC 9110 has for them."""

import json
from typing import Final

import pytest

from tests.conftest import Client
from tests.support.raw_http import RawAnswer, get, send_raw

pytestmark = pytest.mark.asyncio(loop_scope="session")

_API: Final = (
    "/api/v1/postcodes/B24QA",
    "/api/v1/points?lat=52.477677&lon=-1.898007",
    "/api/v1/sectors/B2-4",
    "/api/v1/teams/ladywood",
    "/api/v1/teams/ladywood/surgeries.ics",
    "/openapi.json",
)
_PATHS: Final = (*_API, "/police-uk/api/west-midlands/ladywood", "/teams/ladywood")


async def ask(client: Client, path: str, *headers: str) -> RawAnswer:
    """The answer to a request as it is written."""
    return await send_raw(client.host, client.port, get(path, *headers))


@pytest.mark.parametrize("path", _PATHS)
@pytest.mark.parametrize(
    "lines",
    [
        ['"a"', "{tag}"],
        ["{tag}", '"a"'],
        ["W/{tag}", "", '"b"'],
        [",, {tag} ,,"],
        ['"a", , {tag}'],
        [", ", ",", "{tag}"],
        ['"a,b",{tag}'],
        ['"unclosed, {tag}'],
        ["*"],
        ['"*"', "*"],
    ],
    ids=str,
)
async def test_a_tag_is_found_over_several_lines_and_empty_members(
    service: Client, path: str, lines: list[str]
) -> None:
    tag = (await ask(service, path)).headers["ETag"]

    answer = await ask(service, path, *(f"If-None-Match: {line.format(tag=tag)}" for line in lines))

    assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize("path", _PATHS)
@pytest.mark.parametrize("lines", [[""], [",", ","], ['"*"'], ["a*"], ["W/*"], ["{bare}"], ['"{bare}'], ['"x{bare}"']])
async def test_what_only_looks_like_the_tag_gets_the_answer(service: Client, path: str, lines: list[str]) -> None:
    bare = (await ask(service, path)).headers["ETag"].strip('"')

    answer = await ask(service, path, *(f"If-None-Match: {line.format(bare=bare)}" for line in lines))

    assert answer.status == 200


@pytest.mark.parametrize("path", _PATHS)
@pytest.mark.parametrize("lines", [["{tag}"], ['"a"', "{tag}"], [',, "a" , {tag},'], ["*"]])
async def test_if_match_with_the_tag_gets_the_answer(service: Client, path: str, lines: list[str]) -> None:
    tag = (await ask(service, path)).headers["ETag"]

    answer = await ask(service, path, *(f"If-Match: {line.format(tag=tag)}" for line in lines))

    assert answer.status == 200


@pytest.mark.parametrize("path", _PATHS)
@pytest.mark.parametrize("lines", [['"a"'], ["W/{tag}"], ["nonsense"], ['"a"', 'W/"b"'], ['"*"']])
async def test_if_match_without_the_tag_is_refused(service: Client, path: str, lines: list[str]) -> None:
    tag = (await ask(service, path)).headers["ETag"]

    answer = await ask(service, path, *(f"If-Match: {line.format(tag=tag)}" for line in lines))

    assert answer.status == 412
    if path in _API:
        problem = json.loads(answer.body)
        assert (problem["code"], problem["parameter"]) == ("precondition_failed", "If-Match")


async def test_if_match_counts_before_if_none_match(service: Client) -> None:
    tag = (await ask(service, _API[0])).headers["ETag"]

    answer = await ask(service, _API[0], 'If-Match: "a"', f"If-None-Match: {tag}")

    assert answer.status == 412


async def test_a_refusal_needs_no_tag(service: Client) -> None:
    assert (await ask(service, "/api/v1/postcodes/HELLO", 'If-Match: "a"')).status == 400
