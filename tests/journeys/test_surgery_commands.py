"""`finder surgery`: one occurrence changed in one command, and seen by page and API within a second."""

import asyncio
import time
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest

from finder.domain.release import Kind
from finder.storage import directory_store, publication_store, release_store
from finder.storage.connections import connected
from tests.support.commands import RunningServer, run_finder, running_service

_SERIES: Final = "ladywood-community-centre"
_ELSEWHERE: Final = ("--venue", "The Dry Hall", "--access", "A ramp.", "--reason", "So.")
_WITHIN: Final = 1.0  # seconds, from the end of the command


async def next_of(server: RunningServer, series: str) -> dict[str, Any]:
    """The team's next surgery of a series, from the API."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{server.port}/api/v1/postcodes/B24QA") as response,
    ):
        answer = await response.json()
    found: dict[str, Any] = next(
        each for each in answer["team"]["surgeries"] if each["id"].startswith(series) and "moved_from" not in each
    )
    return found


async def surgery_by_id(server: RunningServer, occurrence: str) -> dict[str, Any]:
    """One surgery, from the API."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{server.port}/api/v1/postcodes/B24QA") as response,
    ):
        answer = await response.json()
    found: dict[str, Any] = next(each for each in answer["team"]["surgeries"] if each["id"] == occurrence)
    return found


async def team_page(server: RunningServer) -> str:
    """The text of the team's page."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{server.port}/teams/ladywood") as response,
    ):
        return await response.text()


async def wait_for_status(server: RunningServer, occurrence: str, status: str) -> float:
    """Asks until the surgery has the status; returns the seconds that it took."""
    began = time.monotonic()
    while (await surgery_by_id(server, occurrence))["status"] != status:
        assert time.monotonic() - began < _WITHIN, f"still not {status}"
    return time.monotonic() - began


async def test_a_surgery_is_cancelled_moved_and_restored_within_a_second_each(
    shipped_database: str, tmp_path: Path
) -> None:
    with running_service(shipped_database, tmp_path, FINDER_POLL_INTERVAL="60") as server:
        occurrence = (await next_of(server, _SERIES))["id"]

        cancelled = run_finder(shipped_database, "surgery", "cancel", occurrence, "--reason", "The hall is flooded.")
        await wait_for_status(server, occurrence, "cancelled")
        page_of_cancelled = await team_page(server)
        moved = run_finder(shipped_database, "surgery", "move", occurrence, *_ELSEWHERE)
        await wait_for_status(server, occurrence, "moved")
        told_of_move = await surgery_by_id(server, occurrence)
        restored = run_finder(shipped_database, "surgery", "restore", occurrence)
        await wait_for_status(server, occurrence, "confirmed")

    assert [each.returncode for each in (cancelled, moved, restored)] == [0, 0, 0]
    assert "The hall is flooded." in page_of_cancelled
    assert told_of_move["venue"] == {"name": "The Dry Hall", "address": "", "postcode": "", "access": "A ramp."}
    assert told_of_move["moved_from"] == told_of_move["starts_at"]


@pytest.mark.parametrize("command", [("lookup", "B2 4QA"), ("surgery", "list", "ladywood")])
async def test_the_commands_show_the_access_note(shipped_database: str, command: tuple[str, ...]) -> None:
    async with connected(shipped_database) as connection:
        live = await release_store.find_live(connection, Kind.DIRECTORY)
        assert live is not None
        directory = await directory_store.read(connection, live.number)
    notes = {each.venue.access for each in directory.surgeries if each.team_id == "ladywood" and each.venue}

    shown = await asyncio.to_thread(run_finder, shipped_database, *command)

    assert notes
    assert [note for note in notes if note not in shown.stdout] == []


async def test_rolling_back_wards_keeps_a_surgery_cancelled(
    shipped_database: str, shared_data: Path, tmp_path: Path
) -> None:
    with running_service(shipped_database, tmp_path) as server:
        occurrence = (await next_of(server, _SERIES))["id"]
        wards = shared_data / "wards" / "wards-2022-bgc.geojson"
        run_finder(shipped_database, "load", "wards", wards, "--publish", "--accept-warnings")
        run_finder(shipped_database, "surgery", "cancel", occurrence)

        rolled_back = run_finder(shipped_database, "rollback", "--kind", "wards", "--yes")

        assert rolled_back.returncode == 0, rolled_back.stderr
        await wait_for_status(server, occurrence, "cancelled")


async def test_a_directory_that_is_staged_meanwhile_keeps_the_cancellation(
    shipped_database: str, tmp_path: Path
) -> None:
    officers = tmp_path / "officers.csv"
    officers.write_text("team_id,name,rank\nladywood,New Example,PCSO\n")
    with running_service(shipped_database, tmp_path) as server:
        occurrence = (await next_of(server, _SERIES))["id"]
    run_finder(shipped_database, "load", "officers", officers, "--team", "ladywood")
    run_finder(shipped_database, "surgery", "cancel", occurrence)

    published = run_finder(shipped_database, "publish", "--yes", "--accept-warnings")

    assert published.returncode == 0, published.stderr
    async with connected(shipped_database) as connection:
        live = await publication_store.find_live(connection)
        assert live is not None
        directory = await directory_store.read(
            connection, next(r.number for k, r in live.releases.items() if k == "directory")
        )
    assert [each.name for each in directory.officers if each.team_id == "ladywood"] == ["New Example"]
    assert any(change.surgery_id == _SERIES and occurrence.endswith(f"{change.occurrence:%Y%m%dT%H%M}")
               for change in directory.changes)  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("cancel", "nobody-20261203T1800"), "There is no surgery nobody-20261203T1800"),
        (("cancel", f"{_SERIES}-20261202T1800"), "There is no surgery"),
        (("cancel", "../../etc/passwd"), "There is no surgery"),
        (("restore", f"{_SERIES}-20261203T1800"), "nothing to restore"),
        (("move", f"{_SERIES}-20261203T1800"), "Say what the surgery moves to"),
        (("move", f"{_SERIES}-20261203T1800", "--to", "2026-12-05 10:00", "--until", "2026-12-05 09:00"), "before it"),
        (("move", f"{_SERIES}-20261203T1800", "--venue", "Hall", "--postcode", "HELLO"), "full UK postcode"),
        (("move", f"{_SERIES}-20261203T1800", "--venue", "Hall", "--access", "x" * 301), "300 at most"),
        (("move", f"{_SERIES}-20261203T1800", "--to", "2028-12-31 23:30"), "more than a year"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused_in_words(
    shipped_database: str, arguments: tuple[str, ...], says: str
) -> None:
    refused = run_finder(shipped_database, "surgery", *arguments)

    assert refused.returncode == 1
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_year_that_must_be_mistyped_is_wrong_usage(shipped_database: str) -> None:
    refused = run_finder(shipped_database, "surgery", "move", f"{_SERIES}-20261203T1800", "--to", "9999-12-31 23:30")

    assert refused.returncode == 2
    assert "9999 is far from now" in " ".join(refused.stderr.replace("│", " ").split())
