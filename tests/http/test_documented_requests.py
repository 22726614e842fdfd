"""The requests that README.md and docs/api.md show, sent as they show them."""

import asyncio
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from finder.api.bulk_lookups.csv_rows import COLUMNS
from tests.conftest import Client

pytestmark = pytest.mark.asyncio(loop_scope="session")

_ROOT: Final = Path(__file__).resolve().parents[2]
_DOCUMENTS: Final = (_ROOT / "README.md", _ROOT / "docs" / "api.md")
_BASE: Final = "http://127.0.0.1:8080/"


def shown() -> list[list[str]]:
    """The curl commands of both, each with the lines of its answer."""
    text = "".join(path.read_text(encoding="utf-8") for path in _DOCUMENTS)
    blocks = re.findall(r"^\$ (curl .*)\n((?:(?!\$|```).*\n)*)", text, re.MULTILINE)
    return [[command.partition("  #")[0].strip(), answer] for command, answer in blocks]


async def run(client: Client, command: str, folder: Path) -> str:
    """What a command of README.md prints, asked of the service under test."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed here, so the requests of README.md were not sent")
    command, _, _ = command.partition(" > ")
    arguments = shlex.split(command.replace(_BASE, str(client.make_url("/"))))
    done = await asyncio.to_thread(
        subprocess.run, arguments, cwd=folder, capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout


async def test_the_readme_has_the_requests_that_are_tested_here() -> None:
    assert [command.split(_BASE)[1].split()[0] for command, _ in shown()] == [
        "api/v1/postcodes/B24QA",
        "api/v1/postcodes/B24QA",
        "api/v1/lookups",
    ]


async def test_the_answer_in_the_readme_is_correct(service: Client, tmp_path: Path) -> None:
    (command, answer), *_ = shown()

    printed = await run(service, command, tmp_path)

    parts = [part.strip(" ,}") for part in re.sub(r"\s*\n\s*", "", answer).split("…")]
    assert len([part for part in parts if part]) > 0
    assert [part for part in parts if re.sub(r", (?=\")", ",", part) not in printed] == []


async def test_the_table_of_the_readme_is_returned_with_teams(service: Client, tmp_path: Path) -> None:
    *_, (command, _) = shown()
    (tmp_path / "cases.csv").write_text("case,postcode\n7,B2 4QA\n", encoding="utf-8")

    printed = await run(service, command, tmp_path)

    assert printed.splitlines()[0] == ",".join(["case", "postcode", *COLUMNS])
    assert printed.splitlines()[1].startswith("7,B2 4QA,ladywood,")
