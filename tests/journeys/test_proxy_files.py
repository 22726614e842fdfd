"""What nginx with the configuration that ships writes to files, and lists of postcodes that it passes on unwritten."""

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Final

import aiohttp
from yarl import URL

from tests.support.commands import running_service
from tests.support.proxies import DEPLOY, MEMORY_FOLDER, nginx, require_program

_LATITUDE, _LONGITUDE = "52.477677", "-1.898007"
_POINTS: Final = [
    f"/api/v1/points?lat={_LATITUDE}&lon={_LONGITUDE}",
    f"/api/v1/points?lon={_LONGITUDE}&lat={_LATITUDE}&accuracy=10",
    f"/api/v1/%70oints?lat={_LATITUDE}&lon={_LONGITUDE}",
    f"//api/v1/points?lat={_LATITUDE}&lon={_LONGITUDE}",
    f"/police-uk/api/locate-neighbourhood?q={_LATITUDE},{_LONGITUDE}",
]
_PATIENCE: Final = 60.0  # seconds


async def test_nginx_writes_no_postcode_or_point_to_a_disk(shipped_database: str, tmp_path: Path) -> None:
    with running_service(shipped_database, tmp_path) as server, nginx(tmp_path, server.port) as proxy:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{proxy.port}") as session:
            asked = ["/api/v1/postcodes/B24QA", *_POINTS, "/api/v1/postcodes/B24QA", *_POINTS]
            statuses = [await _status(session, f"http://127.0.0.1:{proxy.port}{path}") for path in asked]
            async with session.post("/find", data={"postcode": "B2 4QA"}, allow_redirects=False) as found:
                statuses.append(found.status)
        assert proxy.kept is not None
        on_disk, in_memory = _holding(_files(tmp_path)), _holding(_files(proxy.kept))
        file_system = _file_system(proxy.kept)
    logged = proxy.log.read_text()

    assert statuses[:3] == [200, 200, 200]
    assert statuses[-1] in {200, 303}
    assert logged.count(" HIT ") == 1
    assert file_system == "tmpfs"
    assert on_disk == []
    assert in_memory == [{"postcode"}]  # which shows that what is looked for would be found


def test_every_folder_that_nginx_writes_to_is_in_memory() -> None:
    written = (DEPLOY / "nginx-cache.conf").read_text(encoding="utf-8")
    folders = dict(re.findall(r"^\s*(\w+_(?:temp|cache)_path|\w+_store)\s+([^\s;]+)", written, re.MULTILINE))
    compiled = subprocess.run([require_program("nginx"), "-V"], capture_output=True, text=True, check=True).stderr
    defaults = re.findall(r"--http-([a-z-]+-temp-path)=", compiled)

    assert {each.replace("-", "_") for each in defaults} <= set(folders)
    assert {"client_body_temp_path", "proxy_temp_path", "proxy_cache_path"} <= set(folders)
    assert [each for each in folders.values() if MEMORY_FOLDER not in Path(each).parents] == []


async def test_a_list_of_three_megabytes_streams_through_nginx(shipped_database: str, tmp_path: Path) -> None:
    rows = 375_000
    body = b"postcode\n" + b"B2 4QA\r\n" * rows
    headers = {"Content-Type": "text/csv", "Content-Length": str(len(body))}
    with running_service(shipped_database, tmp_path) as server, nginx(tmp_path, server.port) as proxy:
        async with (
            asyncio.timeout(_PATIENCE * 4),
            aiohttp.ClientSession(f"http://127.0.0.1:{proxy.port}") as session,
            session.post("/api/v1/lookups", data=_pieces(body), headers=headers) as response,
        ):
            status, answered = response.status, 0
            async for line in response.content:
                answered += line.startswith(b"B2 4QA,")

    assert len(body) > 3_000_000
    assert (status, answered) == (200, rows)


async def test_a_list_is_answered_by_nginx_while_it_is_still_being_sent(shipped_database: str, tmp_path: Path) -> None:
    seen = asyncio.Event()

    async def lines() -> AsyncIterator[bytes]:
        yield b'"B2 4QA"\n' * 200
        await seen.wait()
        yield b'"B2 4QA"\n'

    with running_service(shipped_database, tmp_path) as server, nginx(tmp_path, server.port) as proxy:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{proxy.port}") as session, asyncio.timeout(_PATIENCE):
            headers = {"Content-Type": "application/x-ndjson"}
            async with session.post("/api/v1/lookups", data=lines(), headers=headers) as response:
                first = await response.content.readline()
                seen.set()
                rest = await response.content.read()

    assert b"B2 4QA" in first
    assert 1 + rest.count(b"\n") == 201


async def test_a_list_that_nginx_could_not_stream_to_its_end_is_refused(shipped_database: str, tmp_path: Path) -> None:
    with running_service(shipped_database, tmp_path) as server, nginx(tmp_path, server.port) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(
            b"POST /api/v1/lookups HTTP/1.1\r\nHost: finder.test\r\nContent-Type: text/csv\r\n"
            b"Content-Length: 3145729\r\n\r\n"
        )
        async with asyncio.timeout(_PATIENCE):
            first = await reader.readline()
        writer.close()

    assert first.startswith(b"HTTP/1.1 413")


async def _status(session: aiohttp.ClientSession, address: str) -> int:
    async with session.get(URL(address, encoded=True)) as response:
        await response.read()
        return response.status


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


def _file_system(folder: Path) -> str:
    """The kind of the file system that a folder lies on."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    return max((len(where), kind) for where, kind in mounts if folder.is_relative_to(where))[1]


def _files(folder: Path) -> Iterable[Path]:
    return (each for each in folder.rglob("*") if each.is_file())


def _holding(files: Iterable[Path]) -> list[set[str]]:
    """What each file holds of what was asked, of those that hold any."""
    sought = {"postcode": rb"(?i)B2(\s|%20|\+)?4QA", "latitude": rb"52\.4776", "longitude": rb"-1\.8980"}
    held = ({name for name, text in sought.items() if re.search(text, each.read_bytes())} for each in files)
    return [each for each in held if each]
