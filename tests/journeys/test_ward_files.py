"""Boundary files of other formats, and columns that are given, through the real command."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from shapely import transform

from finder.domain.release import Kind
from finder.server.app import build_app
from finder.settings import Settings
from finder.storage import release_store, ward_store
from finder.storage.connections import connected
from geodata.check_report import Report
from geodata.readers.boundaries.read_wards import read_wards
from geodata.shipped_data import SHIPPED_FOLDER
from tests.conftest import AioHttpClient
from tests.support.boundary_files import write_boundaries
from tests.support.builders import LADYWOOD, SPARKBROOK, make_ward, square
from tests.support.commands import run_finder

_WARDS: Final = [make_ward(LADYWOOD), make_ward(SPARKBROOK, square(407_000, 286_000), "Sparkbrook")]
_NOWHERE: Final = "postgresql://finder@127.0.0.1:1/finder"


async def test_a_geopackage_is_staged_by_the_columns_that_are_given(empty_database: str, tmp_path: Path) -> None:
    path = write_boundaries(tmp_path / "wards.gpkg", _WARDS, columns={"ref": "gss_code", "label": "name"})

    done = run_finder(
        empty_database,
        "load",
        "wards",
        path,
        "--code-column",
        "ref",
        "--name-column",
        "label",
        "--district-column",
        "label",
    )

    assert done.returncode == 0, done.stderr
    async with connected(empty_database) as connection:
        staged = await release_store.find_newest(connection, Kind.WARDS)
        assert staged is not None
        found = await ward_store.read(connection, staged.number)
    assert sorted((ward.gss_code, ward.name, ward.district.name) for ward in found) == [
        (LADYWOOD, "Ladywood", "Ladywood"),
        (SPARKBROOK, "Sparkbrook", "Sparkbrook"),
    ]


def test_wards_that_overlap_are_staged_with_a_warning(empty_database: str, tmp_path: Path) -> None:
    overlapping = [_WARDS[0], make_ward(SPARKBROOK, square(406_900, 286_000), "Sparkbrook")]
    path = write_boundaries(tmp_path / "wards.shp", overlapping)

    done = run_finder(empty_database, "load", "wards", path)

    assert done.returncode == 0, done.stderr
    assert "two wards overlap" in " ".join(done.stderr.split())
    assert "1 warning." in done.stdout


def test_a_layer_is_read_that_is_named(empty_database: str, tmp_path: Path) -> None:
    path = write_boundaries(tmp_path / "wards.gpkg", _WARDS, layer="wards_2025")
    write_boundaries(path, _WARDS[:1], layer="wards_2024", append=True)

    doubtful = run_finder(empty_database, "load", "wards", path, "--check")
    named = run_finder(empty_database, "load", "wards", path, "--layer", "wards_2024", "--check")

    assert (doubtful.returncode, named.returncode) == (1, 0)
    assert "several layers that can be the wards: wards_2025, wards_2024" in " ".join(doubtful.stderr.split())
    assert "1 row, 0 warnings" in named.stdout


def test_a_file_that_was_read_with_options_is_not_taken_for_loaded_without(empty_database: str, tmp_path: Path) -> None:
    path = write_boundaries(tmp_path / "b.gpkg", _WARDS, layer="wards")
    write_boundaries(path, _WARDS[:1], layer="other", append=True)

    first = run_finder(empty_database, "load", "wards", path, "--layer", "other")
    second = run_finder(empty_database, "load", "wards", path)
    third = run_finder(empty_database, "load", "wards", path)
    listed = run_finder(empty_database, "releases")

    assert "Staged wards-1: 1 row" in first.stdout
    assert "Staged wards-2: 2 rows" in second.stdout
    assert "b.gpkg was loaded before, as wards-2" in third.stdout
    assert "b.gpkg --layer other" in " ".join(listed.stdout.split())


async def test_wards_without_codes_are_staged_with_those_of_a_table(empty_database: str, tmp_path: Path) -> None:
    path = write_boundaries(tmp_path / "Final.shp", _WARDS, columns={"Ward_Name": "name"})
    lookup = tmp_path / "lookup.csv"
    lookup.write_text(f"WD26CD,WD26NM,LAD26NM\n{LADYWOOD},LADYWOOD,Birmingham\n{SPARKBROOK},Sparkbrook,Birmingham\n")

    refused = run_finder(empty_database, "load", "wards", path)
    done = run_finder(empty_database, "load", "wards", path, "--codes-from", lookup)

    assert (refused.returncode, done.returncode) == (1, 0), done.stderr
    assert "with --codes-from" in " ".join(refused.stderr.split())
    async with connected(empty_database) as connection:
        staged = await release_store.find_newest(connection, Kind.WARDS)
        assert staged is not None
        found = await ward_store.read(connection, staged.number)
    assert sorted((ward.gss_code, ward.name, ward.district.gss_code) for ward in found) == [
        (LADYWOOD, "Ladywood", "E08000025"),
        (SPARKBROOK, "Sparkbrook", "E08000025"),
    ]


@pytest.mark.parametrize("option", ["--code-column", "--layer", "--codes-from"])
def test_options_of_wards_are_wrong_usage_for_another_kind(tmp_path: Path, option: str) -> None:
    done = run_finder(_NOWHERE, "load", "teams", tmp_path / "teams.csv", option, "id")

    assert done.returncode == 2
    assert "only a file of wards has them" in " ".join(done.stderr.split())


def test_missing_districts_of_a_file_without_districts_are_found_by_area(shipped_database: str, tmp_path: Path) -> None:
    shipped = read_wards(SHIPPED_FOLDER / "wards.geojson", Report("wards.geojson"))
    partly = [ward for ward in shipped if ward.district.name not in {"Solihull", "Walsall"}]

    whole, lacking = (
        run_finder(shipped_database, "load", "wards", write_boundaries(tmp_path / f"{len(held)}.gpkg", held), "--check")
        for held in (shipped, partly)
    )

    assert "0 warnings" in whole.stdout
    assert "no ward is in Solihull, Walsall, of which wards are live." in " ".join(lacking.stderr.split())


def test_load_reports_misplaced_and_missing_wards(shipped_database: str, tmp_path: Path) -> None:
    shipped = read_wards(SHIPPED_FOLDER / "wards.geojson", Report("wards.geojson"))
    columns = {"WD25CD": "gss_code", "WD25NM": "name", "LAD25CD": "district.gss_code"}
    files = {
        "whole": shipped,
        "swapped": [replace(ward, polygon=transform(ward.polygon, np.fliplr)) for ward in shipped],
        "partly": [ward for ward in shipped if ward.district.name not in {"Solihull", "Walsall"}],
    }
    ended = {}
    for name, held in files.items():
        path = write_boundaries(tmp_path / f"{name}.gpkg", held, columns=columns)
        ended[name] = run_finder(shipped_database, "load", "wards", path, "--check")

    assert [(name, each.returncode) for name, each in ended.items()] == [("whole", 0), ("swapped", 1), ("partly", 0)]
    assert "0 warnings" in ended["whole"].stdout
    assert "metres with northing first" in " ".join(ended["swapped"].stderr.split())
    assert "no ward is in Solihull, Walsall" in " ".join(ended["partly"].stderr.split())


@pytest.mark.parametrize("column", [{"LAD25NM": "district.name"}, {"LAD25CD": "district.gss_code"}])
async def test_answers_have_code_and_name_of_a_district_if_the_file_has_one_of_them(
    shipped_database: str,
    tmp_path: Path,
    aiohttp_client: AioHttpClient,
    make_settings: Callable[..., Settings],
    column: dict[str, str],
) -> None:
    shipped = read_wards(SHIPPED_FOLDER / "wards.geojson", Report("wards.geojson"))
    path = write_boundaries(tmp_path / "wards.gpkg", shipped, columns={"WD25CD": "gss_code", "WD25NM": "name"} | column)

    loaded = run_finder(shipped_database, "load", "wards", path, "--publish")
    client = await aiohttp_client(build_app(make_settings(), shipped_database))
    found = []
    for url in ("/api/v1/postcodes/B24QA", f"/api/v1/wards/{LADYWOOD}"):
        async with client.get(url) as response:
            found.append((await response.json())["ward"]["district"])

    assert loaded.returncode == 0, loaded.stderr
    assert found == [{"gss_code": "E08000025", "name": "Birmingham"}] * 2
