"""The index of team areas, compared with the ward index and with measuring every ward."""

import math
from unittest.mock import Mock

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from geodata.check_report import Report
from geodata.points_and_extents import GridPoint
from geodata.readers.boundaries.read_wards import read_wards
from geodata.shipped_data import SHIPPED_FOLDER
from geodata.team_area_index import HORIZON_M, TeamAreaIndex
from geodata.ward import Ward
from geodata.ward_index import WardIndex
from tests.support.builders import make_ward, square

_WEST, _SOUTH = 400_000, 300_000
_POINTS = 20_000
_AREAS = 40


@st.composite
def rectangles(draw: st.DrawFn) -> list[Ward]:
    """Wards that are separate, adjacent or overlapping, with edges on the edges of the index's squares too."""
    steps = st.integers(0, 16).map(lambda step: step * 250)
    corners = draw(st.lists(st.tuples(steps, steps, st.integers(1, 8)), min_size=1, max_size=8))
    return [
        make_ward(f"E0500000{number}", square(_WEST + east, _SOUTH + north, side * 125))
        for number, (east, north, side) in enumerate(corners)
    ]


metres = st.one_of(st.integers(-4, 24).map(lambda step: step * 250.0), st.floats(-1000, 6000))
points = st.builds(lambda east, north: GridPoint(_WEST + east, _SOUTH + north), metres, metres)


def area_of(ward: Ward) -> str | None:
    """Three areas, and every fourth ward in none."""
    return {"0": "A", "1": "B", "2": "C"}.get(str(int(ward.gss_code[-1]) % 4))


@settings(max_examples=200)
@given(rectangles(), st.lists(points, min_size=1, max_size=20))
def test_squares_agree_with_the_wards(wards: list[Ward], points: list[GridPoint]) -> None:
    index = WardIndex(wards)
    areas = {ward.gss_code: area for ward in wards if (area := area_of(ward)) is not None}
    by_area = TeamAreaIndex(index, areas)

    for point in points:
        assert by_area.locate(point) == index.locate(point)
        for area in ("A", "B", "C"):
            others = [ward.polygon for ward in wards if areas.get(ward.gss_code, area) != area]
            nearest = min((polygon.distance(Point(point)) for polygon in others), default=math.inf)
            expected = nearest if nearest <= HORIZON_M else math.inf
            assert by_area.distance(point, area) == pytest.approx(expected, abs=1e-6)


def test_squares_agree_with_the_shipped_wards_on_20_000_random_points() -> None:
    index = WardIndex(read_wards(SHIPPED_FOLDER / "wards.geojson", Report("wards.geojson")))
    areas = {ward.gss_code: number % _AREAS for number, ward in enumerate(index.wards)}
    by_area = TeamAreaIndex(index, areas)
    polygons = np.array([ward.polygon for ward in index.wards], dtype=object)
    numbers = np.array(list(areas.values()))
    west, south, east, north = shapely.total_bounds(polygons)
    points = np.random.default_rng(2026).uniform((west, south), (east, north), (_POINTS, 2))
    located = index.locate_many(points)

    wrong = []
    for point, position in zip(points, located, strict=True):
        ward = by_area.locate(GridPoint(*point))
        if ward is not (index.wards[position] if position >= 0 else None):
            wrong.append((point, ward))
        elif ward is not None:
            nearest = float(shapely.distance(polygons[numbers != areas[ward.gss_code]], Point(point)).min())
            found = by_area.distance(GridPoint(*point), areas[ward.gss_code])
            if not math.isclose(found, nearest if nearest <= HORIZON_M else math.inf, abs_tol=1e-6):
                wrong.append((point, ward))

    assert wrong == []


def test_a_square_is_cached_from_the_second_time_on_and_gives_the_same_distances(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index = WardIndex([make_ward("E05000001", square(_WEST, _SOUTH)), make_ward("E05000002", square(_WEST, 301_200))])
    by_area = TeamAreaIndex(index, {"E05000001": "A", "E05000002": "B"})
    within = Mock(side_effect=index.within)
    monkeypatch.setattr(index, "within", within)

    found = [by_area.distance(GridPoint(_WEST + 10, 300_900), "A") for _ in range(4)]

    assert found == [300.0] * 4
    assert within.call_count == 2
