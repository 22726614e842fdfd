"""Every postcode of the force, asked as a resident's phone would ask: the ward is the official one."""

import asyncio
import csv
import time
from pathlib import Path
from typing import Final

import msgspec

from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.commands import running_service
from tests.support.raw_http import get, read_answer

_ALL: Final = 58_226
_ASKING: Final = 16  # at once


class _Ward(msgspec.Struct):
    gss_code: str


class _Team(msgspec.Struct):
    id: str


class _Answer(msgspec.Struct):
    postcode: str
    ward: _Ward
    team: _Team


def official_wards() -> dict[str, str]:
    """The ward that Ordnance Survey gives each postcode of the force."""
    with (SHIPPED_FOLDER / "postcodes.csv").open(encoding="utf-8", newline="") as stream:
        return {row["postcode"]: row["ward"] for row in csv.DictReader(stream) if row["ward"]}


def team_of_ward() -> dict[str, str]:
    """Which team the shipped files give each ward."""
    with (SHIPPED_FOLDER / "directory" / "coverage.csv").open(encoding="utf-8", newline="") as stream:
        return {row["gss_code"]: row["team_id"] for row in csv.DictReader(stream)}


async def ask_all(port: int, postcodes: list[str]) -> dict[str, _Answer]:
    """The answer for each postcode, over a few connections that are kept."""
    decoder = msgspec.json.Decoder(_Answer)
    answers: dict[str, _Answer] = {}
    waiting = iter(postcodes)

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for postcode in waiting:
            writer.write(get(f"/api/v1/postcodes/{postcode.replace(' ', '')}"))
            answer = await read_answer(reader)
            assert answer.status == 200, (postcode, answer)
            answers[postcode] = decoder.decode(answer.body)
        writer.close()

    await asyncio.gather(*(ask() for _ in range(_ASKING)))
    return answers


async def test_all_58_226_postcodes_get_their_official_ward_and_its_team_over_http(
    shipped_database: str, tmp_path: Path
) -> None:
    official, teams = official_wards(), team_of_ward()
    started = time.monotonic()

    with running_service(shipped_database, tmp_path, FINDER_LOG_SAMPLE="0") as server:
        answers = await ask_all(server.port, list(official))
    print(f"{len(answers)} postcodes in {time.monotonic() - started:.1f} s")  # noqa: T201 - a measurement, shown by -rP

    assert len(official) == _ALL
    assert {postcode: answer.ward.gss_code for postcode, answer in answers.items()} == official
    assert {postcode for postcode, answer in answers.items() if answer.postcode != postcode} == set()
    assert {postcode for postcode, answer in answers.items() if answer.team.id != teams[official[postcode]]} == set()
