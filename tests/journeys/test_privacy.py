"""Postcodes go to the real server in every place that a request has; then all that it wrote is searched for them."""

import asyncio
import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from finder.domain.release import Kind
from finder.storage import publication_store
from finder.storage.connections import connected
from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.commands import RunningServer, running_service
from tests.support.raw_http import RawAnswer, get, post_form, send_raw

_BOUNDARY: Final = b'--x\r\nContent-Disposition: form-data; name="postcode"\r\n\r\n'

# Ways to put a postcode (with its space) into a request.
_WAYS: Final[dict[str, Callable[[str], bytes]]] = {
    "path": lambda p: get(f"/api/v1/postcodes/{p.replace(' ', '')}"),
    "path, spelled otherwise": lambda p: get(f"/api/v1/postcodes/{p.lower().replace(' ', '%20-.')}"),
    "path, escaped": lambda p: get("/api/v1/postcodes/" + "".join(f"%{ord(c):02x}" for c in p)),
    "path, full-width": lambda p: get("/api/v1/postcodes/%EF%BC%B7" + p[1:].replace(" ", "")),
    "path, with more": lambda p: get(f"/api/v1/postcodes/{p.replace(' ', '+')}+or+so"),
    "query of the API": lambda p: get(f"/api/v1/postcodes/B24QA?postcode={p.replace(' ', '+')}"),
    "name in a query": lambda p: get(f"/api/v1/postcodes/B24QA?{p.replace(' ', '')}"),
    "query of a page": lambda p: get(f"/?postcode={p.replace(' ', '+')}"),
    "query of a point": lambda p: get(f"/api/v1/points?lat={p.replace(' ', '')}&lon=1"),
    "fragment": lambda p: get(f"/#{p.replace(' ', '')}"),
    "form": lambda p: post_form("/find", f"postcode={p.replace(' ', '+')}".encode()),
    "form, no postcode": lambda p: post_form("/find", f"postcode={p.replace(' ', '+')}+please".encode()),
    "form, another field": lambda p: post_form("/find", f"{p.replace(' ', '+')}=1".encode()),
    "form, too large": lambda p: post_form("/find", b"postcode=" + f"{p} ".encode() * 10_000),
    "form, where there is none": lambda p: post_form(f"/api/v1/postcodes/{p.replace(' ', '')}", p.encode()),
    "form in parts": lambda p: (
        b"POST /find HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: "
        + str(len(_BOUNDARY) + len(p)).encode() + b"\r\n\r\n" + _BOUNDARY + p.encode()
    ),
    "an address that is none": lambda p: get(f"/{p.replace(' ', '')}/{p.replace(' ', '-')}"),
    "an address of the API that is none": lambda p: get(f"/api/v1/{p.replace(' ', '')}"),
    "a team's id": lambda p: get(f"/teams/{p.lower().replace(' ', '-')}"),
    "teams to choose": lambda p: get(f"/choose?teams={p.lower().replace(' ', '')}"),
    "a problem's code": lambda p: get(f"/problems/{p.replace(' ', '')}"),
    "a static file": lambda p: get(f"/static/{p.replace(' ', '')}.css"),
    "a full address": lambda p: get(f"http://{p.replace(' ', '')}.example/api/v1/postcodes/HELLO"),
    "another method": lambda p: get(f"/api/v1/postcodes/{p.replace(' ', '')}").replace(b"GET", b"DELETE", 1),
    "headers": lambda p: get(
        "/none/such", f"Referer: http://a/?postcode={p}", f"User-Agent: {p}", f"Cookie: p={p}", f"Accept: {p}",
        f"X-Forwarded-For: {p}", f"If-None-Match: {p}", f"Authorization: Basic {p}",
    ),
    "a request id": lambda p: get("/healthz", f"X-Request-ID: {p.replace(' ', '')}"),
    "a request id with dashes": lambda p: get("/api/v1/postcodes/HELLO", f"X-Request-ID: {p.replace(' ', '-')}"),
    "a name of a host": lambda p: get("/").replace(b"finder.test", p.replace(" ", "").encode()),
    "a name of a header": lambda p: get("/", f"{p.replace(' ', '')}: 1"),
    "a method": lambda p: f"{p.replace(' ', '')} / HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
    "a version": lambda p: f"GET / {p}\r\nHost: a\r\n\r\n".encode(),
    "half a line": lambda p: f"GET /api/v1/postcodes/{p}\r\n\r\n".encode(),
    "a space too many": lambda p: f"GET /api/v1/postcodes/{p} HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
    "bytes that are no text": lambda p: get(b"/api/v1/postcodes/\xff" + p.replace(" ", "").encode()),
    "a broken header": lambda p: get("/", p),
    "a broken length": lambda p: get("/", f"Content-Length: {p}"),
    "a broken escape": lambda p: get(f"/api/v1/postcodes/{p.replace(' ', '%')}%"),
    "a line beyond the limit": lambda p: get("/api/v1/postcodes/" + p.replace(" ", "") * 30_000),
    "a header beyond the limit": lambda p: get("/", "X-Long: " + p * 30_000),
}  # fmt: skip


def some_postcodes(count: int) -> list[str]:
    """Postcodes spread over Wolverhampton and Walsall: six or seven letters that no hexadecimal id can spell."""
    with (SHIPPED_FOLDER / "postcodes.csv").open(encoding="utf-8", newline="") as stream:
        known = [
            row["postcode"] for row in csv.DictReader(stream) if row["ward"] and row["postcode"][:2] in {"WV", "WS"}
        ]
    return known[:: len(known) // count][:count]


def bare(text: str) -> str:
    """A text without all that spellings differ by."""
    return re.sub(r"[^A-Z0-9]", "", text.upper().replace("%20", "").replace("\uff37", "W"))


def spelled_out(postcodes: list[str], written: str) -> list[str]:
    """The postcodes that a text holds, however spelled."""
    searched = bare(written)
    return [postcode for postcode in postcodes if bare(postcode) in searched]


async def damage(dsn: str) -> None:
    """Make every answer about a team in Walsall fail: a surgery moved to the end of time, past what a load lets in."""
    async with connected(dsn) as connection:
        live = await publication_store.find_live(connection)
        assert live is not None
        release = live.releases[Kind.DIRECTORY].number
        done = await connection.execute(
            "INSERT INTO surgery_change (release, surgery, occurrence, status, starts_at, online_url, reason) "
            "SELECT DISTINCT ON (team) release, id, starts_at, 'moved', 'infinity'::timestamp, '', '' "
            "FROM surgery JOIN (SELECT team AS covering, release AS r FROM coverage WHERE gss_code LIKE 'E050013%') c "
            "ON covering = team AND r = release WHERE release = $1",
            release,
        )
        # Or else the release would be refused for not being as it was staged.
        await connection.execute("ALTER TABLE release_report DISABLE TRIGGER USER")
        await connection.execute(
            "UPDATE release_report SET row_count = row_count + $2 WHERE release = $1", release, int(done.split()[-1])
        )
        await connection.execute("ALTER TABLE release_report ENABLE TRIGGER USER")


async def send_everywhere(server: RunningServer, postcodes: list[str]) -> dict[str, list[RawAnswer]]:
    """Each way of sending with postcodes of its own; the answers by way."""
    shares = {way: postcodes[number :: len(_WAYS)] for number, way in enumerate(_WAYS)}
    return {
        way: [await send_raw("127.0.0.1", server.port, _WAYS[way](postcode)) for postcode in share]
        for way, share in shares.items()
    }


async def hang_up_half_way(server: RunningServer, postcode: str) -> None:
    """Begin to send a form, and go."""
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(post_form("/find", f"postcode={postcode}&more=".encode() + b"A" * 1000)[:-500])
    await writer.drain()
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("log_format", ["json", "console"])
async def test_nothing_that_the_server_writes_contains_a_postcode(
    shipped_database: str, tmp_path: Path, log_format: str
) -> None:
    postcodes = some_postcodes(len(_WAYS) * 6)
    await damage(shipped_database)

    settings = {"FINDER_LOG_SAMPLE": "1", "FINDER_LOG_LEVEL": "debug", "FINDER_LOG_SLOW_MS": "0.001"}
    with running_service(shipped_database, tmp_path, FINDER_LOG_FORMAT=log_format, **settings) as server:
        answers = await send_everywhere(server, postcodes)
        await hang_up_half_way(server, postcodes[0])
        metrics = await send_raw("127.0.0.1", server.management_port, get("/metrics"))
        assert await asyncio.to_thread(server.stop) == 0

    assert spelled_out(postcodes, server.output) == []
    assert spelled_out(postcodes, metrics.body.decode()) == []
    for way, share in answers.items():
        headers = "\n".join(f"{n}: {v}" for each in share for n, v in each.headers.items() if n != "Content-Location")
        assert (way, spelled_out(postcodes, headers)) == (way, [])
    # And what there is to be seen is seen: the search would find one, requests were logged, faults among them.
    assert spelled_out(postcodes, f"GET /{postcodes[0].lower().replace(' ', '%20')}") == postcodes[:1]
    assert {answer.status for share in answers.values() for answer in share} >= {
        200,
        303,
        400,
        404,
        405,
        413,
        415,
        422,
        500,
    }
    assert server.output.count("X-Request-ID") == 0
    for outward_code in ("WV10", "WS1"):
        assert outward_code in server.output


async def test_only_the_body_of_an_answer_contains_a_postcode(shipped_database: str, tmp_path: Path) -> None:
    postcodes = some_postcodes(60)

    with running_service(shipped_database, tmp_path) as server:
        answers = [
            await send_raw("127.0.0.1", server.port, post_form("/find", f"postcode={p.replace(' ', '+')}".encode()))
            for p in postcodes
        ]

    assert {answer.status for answer in answers} == {303}
    assert spelled_out(postcodes, " ".join(str(answer.headers) for answer in answers)) == []
