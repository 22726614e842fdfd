"""Sectors: a device finds its team by itself in an answer that is the same for everyone."""

import asyncio
import csv
import html
import json
import re
import shutil
import statistics
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest

from geodata.postcode import Postcode
from geodata.shipped_data import SHIPPED_FOLDER
from tests.conftest import Client

pytestmark = pytest.mark.asyncio(loop_scope="session")

_SECTORS: Final = "/api/v1/sectors"
_RECIPE: Final = files("finder.api") / "recipes" / "find_team.js"


async def fetch(client: Client, sector: str) -> dict[str, Any]:
    """Returns the answer for an existing sector."""
    async with client.get(f"{_SECTORS}/{sector}") as response:
        assert response.status == 200, await response.text()
        body: dict[str, Any] = await response.json()
        return body


async def test_a_sector_agrees_with_the_answer_for_each_of_its_postcodes(service: Client) -> None:
    sector = await fetch(service, "B5-6")

    for postcode, gss_code, team_id, near in sector["postcodes"]:
        async with service.get(f"/api/v1/postcodes/{postcode.replace(' ', '')}") as response:
            answer = await response.json()
        others = list(dict.fromkeys(each["team"]["id"] for each in answer["match"]["alternatives"]))
        assert (gss_code, team_id) == (answer["ward"]["gss_code"], answer["team"]["id"])
        assert near == (answer["match"]["certainty"] == "near_boundary")
        assert sector["alternatives"].get(postcode, []) == others
        assert sector["teams"][team_id] == answer["team"]["name"]
    assert sector["alternatives"]


async def test_a_sector_holds_exactly_its_own_postcodes(service: Client) -> None:
    with (SHIPPED_FOLDER / "postcodes.csv").open(encoding="utf-8", newline="") as stream:
        shipped = [Postcode.parse(row["postcode"]) for row in csv.DictReader(stream)]

    for path in ("B2-4", "B24-9", "WV10-0", "CV1-1"):
        wanted = path.replace("-", " ")
        expected = sorted(str(postcode) for postcode in shipped if postcode.sector == wanted)
        assert [row[0] for row in (await fetch(service, path))["postcodes"]] == expected
        assert expected


async def test_postcodes_of_the_neighbours_have_no_ward_and_no_team(service: Client) -> None:
    sector = await fetch(service, "B97-4")

    assert {tuple(row[1:]) for row in sector["postcodes"]} == {(None, None, False)}
    assert sector["teams"] == {}


@pytest.mark.parametrize("typed", ["b2-4", "B2%204", "B2+4", "%20b2-4"])
async def test_other_spellings_get_the_same_answer_and_the_canonical_address(service: Client, typed: str) -> None:
    async with service.get(f"{_SECTORS}/{typed}") as response, service.get(f"{_SECTORS}/B2-4") as canonical:
        assert response.headers["Content-Location"] == f"{_SECTORS}/B2-4"
        assert await response.read() == await canonical.read()
        assert response.headers["ETag"] == canonical.headers["ETag"]
        assert "Content-Location" not in canonical.headers


@pytest.mark.parametrize("typed", ["", "B24", "B2", "B2-44", "B2-4QA", "B2-X", "Q1-1", "-", "B2/4", "B2-%D9%A4", "%FF"])
async def test_text_that_is_not_a_sector_is_malformed(service: Client, typed: str) -> None:
    async with service.get(f"{_SECTORS}/{typed}") as response:
        problem = await response.json(content_type="application/problem+json")

    assert (response.status, problem["code"]) == (400, "sector_malformed")


@pytest.mark.parametrize(("sector", "force"), [("EH1-1", "scotland"), ("BT1-1", "northern-ireland"), ("B99-0", None)])
async def test_a_sector_without_postcodes_is_unknown(service: Client, sector: str, force: str | None) -> None:
    async with service.get(f"{_SECTORS}/{sector}") as response:
        problem = await response.json(content_type="application/problem+json")

    assert (response.status, problem["code"]) == (404, "sector_unknown")
    assert problem.get("force", {}).get("id") == force


async def test_the_sizes_in_the_recipe_are_correct(service: Client) -> None:
    with (SHIPPED_FOLDER / "postcodes.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["ward"]]
    sectors = sorted({Postcode.parse(row["postcode"]).sector.replace(" ", "-") for row in rows})
    plain, sent = [], []
    for sector in sectors:
        async with service.get(f"{_SECTORS}/{sector}", headers={"Accept-Encoding": "br"}) as response:
            plain.append(len(await response.read()))
            sent.append(int(response.headers["Content-Length"]))

    stated = re.search(
        r"the (\d+) sectors .*?median is ([\d.]+) KB \(([\d.]+) KB.*?largest ([\d.]+) KB \(([\d.]+) KB",
        " ".join((await fetch_docs(service)).split()),
    )

    assert stated is not None
    measured = (statistics.median(plain), statistics.median(sent), max(plain), max(sent))
    assert int(stated[1]) == len(sectors)
    assert [float(each) for each in stated.groups()[1:]] == pytest.approx([size / 1000 for size in measured], rel=0.1)


@pytest.mark.parametrize("typed", ["b2 4qa", "B42-9JT", "B99 9ZZ", "EH1 1YZ", "hello"])
async def test_the_recipe_in_javascript_gives_the_same_answer_as_the_server(
    service: Client, tmp_path: Path, typed: str
) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed here, so the JavaScript of the recipe was not run")
    source = _RECIPE.read_text(encoding="utf-8")
    program = tmp_path / "recipe.mjs"
    call = f'findTeam("{service.make_url("/")}", "{typed}").catch((error) => error.message)'
    program.write_text(f"{source}console.log(JSON.stringify(await {call}));\n", encoding="utf-8")

    found = json.loads(await _run(node, program))

    assert found == await ask_the_server(service, typed)


async def ask_the_server(client: Client, typed: str) -> Any:
    """Returns the server's answer for a postcode, in the words of the recipe."""
    async with client.get(f"/api/v1/postcodes/{typed}") as response:
        answer = await response.json(content_type=None)
    if response.status != 200:
        codes = {"postcode_malformed": "sector_malformed", "outside_coverage": "sector_unknown"}
        return "sector_unknown" if typed == "B99 9ZZ" else codes[answer["code"]]
    others = {each["team"]["id"]: each["team"]["name"] for each in answer["match"]["alternatives"]}
    teams = {answer["team"]["id"]: answer["team"]["name"]} | others
    near = answer["match"]["certainty"] == "near_boundary"
    return {"teams": [{"id": id_, "name": name} for id_, name in teams.items()], "nearBoundary": near}


async def test_the_recipe_has_ten_lines_and_is_in_the_documentation(service: Client) -> None:
    source = _RECIPE.read_text(encoding="utf-8")

    (_, *body, _) = source.splitlines()

    assert len(body) == 10
    assert html.escape(body[0].strip(), quote=True).replace("&quot;", "&#34;") in await fetch_docs(service)


async def fetch_docs(client: Client) -> str:
    """The page for developers."""
    async with client.get("/docs") as response:
        return await response.text()


async def _run(node: str, program: Path) -> str:
    done = await asyncio.to_thread(
        subprocess.run, [node, str(program)], capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout
