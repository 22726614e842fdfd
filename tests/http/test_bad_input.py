"""The bytes that people, scanners and broken programs send instead of a postcode."""

import json
from typing import Final
from urllib.parse import quote

import pytest

from tests.conftest import Client
from tests.support.raw_http import RawAnswer, get, post_form, send_raw

pytestmark = pytest.mark.asyncio(loop_scope="session")

_NO_POSTCODE: Final = {
    "empty": b"",
    "a word": b"HELLO",
    "no inward code ends in O": b"B2%204Q0",
    "10,000 characters": b"A" * 10_000,
    "10,000 escaped characters": b"%41" * 10_000,
    "NUL": b"B2%004QA",
    "only %00": b"%00",
    "emoji": quote("🚓🚓").encode(),
    "emoji within": quote("B2 🚓4QA").encode(),
    "SQL": quote("B2 4QA'; DROP TABLE postcode; --").encode(),
    "a union": quote("' UNION SELECT * FROM release --").encode(),
    "up": b"..",
    "up and away": b"../../../../etc/passwd",
    "up, escaped": b"..%2F..%2Fetc%2Fpasswd",
    "up, escaped twice": b"%252e%252e%252f",
    "a slash within": b"B2/4QA",
    "two postcodes": b"B24QA,B24QB",
    "half a postcode": b"B2",
    "a control character": b"B2%074QA",
    "a line break to split headers with": b"B24QA%0D%0ASet-Cookie:%20a=b",
    "invalid UTF-8": b"B2%FF4QA",
    "an overlong slash": b"%C0%AF",
    "half a surrogate pair": b"%ED%A0%80",
    "a lone percent sign": b"B2%4QA",
    "a script": quote("<script>alert(1)</script>").encode(),
    "a template": quote("{{ 7 * 7 }}").encode(),
    "other digits": quote("B٢ ٤QA").encode(),
}
_FOUND: Final = {
    "lower case": "b24qa",
    "two spaces": "B2  4QA",
    "an en dash": "B2\u20134QA",
    "full-width letters": "\uff22\uff12\uff14\uff31\uff21",
    "a tab and a line end around it": "\tB2 4QA\r\n",
}


async def raw(service: Client, request: bytes) -> RawAnswer:
    return await send_raw(service.host, service.port, request)


@pytest.mark.parametrize("text", _NO_POSTCODE.values(), ids=_NO_POSTCODE)
async def test_the_api_refuses_bad_input_as_malformed(service: Client, text: bytes) -> None:
    answer = await raw(service, get(b"/api/v1/postcodes/" + text))

    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.body)["code"] == "postcode_malformed"


@pytest.mark.parametrize("text", _NO_POSTCODE.values(), ids=_NO_POSTCODE)
async def test_the_form_is_shown_again_for_bad_input(service: Client, text: bytes) -> None:
    answer = await raw(service, post_form("/find", b"postcode=" + text))

    assert answer.status == 422
    assert b"Enter a full UK postcode" in answer.body
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("typed", _FOUND.values(), ids=_FOUND)
async def test_what_people_really_type_is_found_by_the_form(service: Client, typed: str) -> None:
    answer = await raw(service, post_form("/find", b"postcode=" + quote(typed).encode()))

    assert answer.status == 303
    assert answer.headers["Location"] == "/teams/ladywood"


async def test_letters_for_digits_are_found_by_the_form(service: Client) -> None:
    meant = await raw(service, post_form("/find", b"postcode=B10+0AB"))

    typed = await raw(service, post_form("/find", b"postcode=B1O+OAB"))

    assert typed.status == 303
    assert typed.headers["Location"] == meant.headers["Location"]


@pytest.mark.parametrize(
    "body",
    [b"", b"&&&", b"=", b"postcode", b"other=B24QA", b"\xff\xfe\x00", b"postcode=" + b"\xf0\x9f\x9a\x93", b"%=%&%00"],
)
async def test_a_form_without_a_readable_field_is_shown_again(service: Client, body: bytes) -> None:
    answer = await raw(service, post_form("/find", body))

    assert answer.status == 422


async def test_the_first_of_two_fields_counts(service: Client) -> None:
    answer = await raw(service, post_form("/find", b"postcode=B24QA&postcode=HELLO"))

    assert answer.headers["Location"] == "/teams/ladywood"


@pytest.mark.parametrize(
    "target", [b"/api/v1/postcodes/B2\xff\xfe4QA", b"/api/v1/postcodes/B24QA?\xff\xfe=1", b"/\xff"]
)
async def test_an_address_with_bytes_that_are_not_text_is_refused(service: Client, target: bytes) -> None:
    answer = await raw(service, get(target))

    assert answer.status == 400


@pytest.mark.parametrize("name", [b"%FF", b"%ED%A0%80", b"%00", quote("🚓").encode(), b"a" * 500])
async def test_a_parameter_with_any_name_is_refused_as_unknown(service: Client, name: bytes) -> None:
    answer = await raw(service, get(b"/api/v1/postcodes/B24QA?" + name + b"=1"))

    assert answer.status == 400
    assert json.loads(answer.body)["code"] == "parameter_unknown"


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1/postcodes/B24QA;x=1",
        "/api/v1/postcodes//B24QA/",
        "/api/v1/postcodes/B24QA//",
        "/api/v1/postcodes/B24QA%3Fa=b",
    ],
)
async def test_a_path_with_more_than_a_postcode_is_malformed(service: Client, target: str) -> None:
    answer = await raw(service, get(target))

    assert answer.status == 400


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/" * 30_000, 404),
        ("/teams/ladywood" + "/" * 30_000, 404),
        ("/x/../" * 5_000, 404),
        ("/api/v1/postcodes/B24QA" + "/" * 30_000, 400),
        ("/api/v1/postcodes/" + "../" * 10_000 + "B24QA", 400),
        ("/api/v1/postcodes/B24QA?" + "/" * 30_000, 400),
    ],
    ids=range(6),
)
async def test_a_path_of_very_many_pieces_is_refused(service: Client, target: str, status: int) -> None:
    answer = await raw(service, get(target))

    assert answer.status == status


@pytest.mark.parametrize(
    "target",
    [
        "/static/../app.py",
        "/static/%2e%2e/%2e%2e/app.py",
        "/static/..%2f..%2fapp.py",
        "/static/....//app.py",
        "/static//etc/passwd",
        "/static/",
        "/static/finder.css%00.py",
        "/../../etc/passwd",
        "//etc/passwd",
        "/find",
        "/teams/",
        "/teams/none-such",
        "/teams/..%2f..%2fetc",
        "/teams/%00",
        "/teams/" + "a" * 5_000,
        "/choose",
        "/choose?teams=",
        "/choose?teams=none,such",
        "/choose?teams=" + "ladywood,none" * 500,
        "/choose?teams=%ED%A0%80%00%FF",
        "/problems/%00",
        "*",
    ],
)
async def test_no_address_causes_a_failure_or_shows_a_file(service: Client, target: str) -> None:
    answer = await raw(service, get(target))

    assert answer.status in {200, 400, 403, 404, 405}
    assert b"root:" not in answer.body
    assert b"import" not in answer.body


async def test_a_request_line_over_the_limit_is_refused_and_the_service_keeps_running(service: Client) -> None:
    refused = await raw(service, get("/api/v1/postcodes/" + "A" * 200_000))

    answer = await raw(service, get("/api/v1/postcodes/B24QA"))

    assert refused.status in {400, 414}
    assert answer.status == 200


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"HELLO / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        (b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nBroken header\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: nine\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", 431),
    ],
    ids=["TLS", "half a line", "a made-up method", "a made-up version", "no colon", "no length", "a huge header"],
)
async def test_bytes_that_are_not_http_are_refused_without_naming_the_software(
    service: Client, request_: bytes, status: int
) -> None:
    answer = await raw(service, request_)

    assert answer.status == status
    assert "aiohttp" not in str(answer.headers)
    assert "Python" not in str(answer.headers)
