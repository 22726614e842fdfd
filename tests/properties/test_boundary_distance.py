"""Points and distances on the shipped wards, compared with measuring every ward."""

import csv
from typing import Final

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from finder.domain.directory import Coverage
from finder.services.find_team import FindTeam
from finder.snapshot.model import Snapshot
from geodata.check_report import Report
from geodata.progress import NO_STEP
from geodata.readers.boundaries.read_wards import read_wards
from geodata.readers.postcodes.postcode_files import read_locations
from geodata.shipped_data import SHIPPED_FOLDER
from geodata.ward_index import WardIndex
from tests.support.builders import make_directory, make_snapshot

_POINTS: Final = 100_000
_POSTCODES: Final = 10_000
_HORIZON_M: Final = 1000.0


@pytest.fixture(scope="module")
def index() -> WardIndex:
    """The wards that ship."""
    return WardIndex(read_wards(SHIPPED_FOLDER / "wards.geojson", Report("wards.geojson")))


def polygons_of(index: WardIndex) -> NDArray[np.object_]:
    """The polygons of an index, by GSS code."""
    return np.array([ward.polygon for ward in index.wards], dtype=object)


def test_the_index_agrees_with_a_search_through_every_ward_on_100_000_random_points(index: WardIndex) -> None:
    polygons = polygons_of(index)
    west, south, east, north = shapely.total_bounds(polygons)
    points = np.random.default_rng(2025).uniform((west, south), (east, north), (_POINTS, 2))

    located = index.locate_many(points)

    expected = np.full(_POINTS, -1)
    for position in reversed(range(len(polygons))):
        expected[shapely.intersects_xy(polygons[position], points)] = position
    assert (located == expected).all()


def test_distances_to_another_team_are_right_to_a_metre_on_10_000_postcodes(shipped_snapshot: Snapshot) -> None:
    resolver = FindTeam(25.0, 100.0)
    polygons = polygons_of(shipped_snapshot.wards)
    teams = np.array([shipped_snapshot.team_of_ward[ward.gss_code].id for ward in shipped_snapshot.wards.wards])
    own = [each for each in shipped_snapshot.postcodes if (row := shipped_snapshot.postcodes.find(each)) and row.ward]
    chosen = np.random.default_rng(2025).choice(len(own), _POSTCODES, replace=False)

    wrong = []
    for number in chosen:
        answer = resolver.by_postcode(shipped_snapshot, own[number])
        expected = float(shapely.distance(polygons[teams != answer.team.id], shapely.Point(answer.point)).min())
        found = answer.match.boundary_m
        if (found is None) != (expected > _HORIZON_M) or (found is not None and abs(found - expected) > 1):
            wrong.append((own[number], found, expected))

    assert wrong == []


@pytest.fixture(scope="module")
def shipped_snapshot(index: WardIndex) -> Snapshot:
    """The shipped postcodes, wards and coverage, joined without a database."""
    with (SHIPPED_FOLDER / "directory" / "coverage.csv").open(encoding="utf-8", newline="") as stream:
        coverage = tuple(Coverage(row["gss_code"], row["team_id"]) for row in csv.DictReader(stream))
    teams = dict.fromkeys(each.team_id for each in coverage)
    locations = read_locations(SHIPPED_FOLDER / "postcodes.csv", Report("postcodes.csv"), NO_STEP)
    return make_snapshot(*locations, wards=index.wards, directory=make_directory(*teams, coverage=coverage))
