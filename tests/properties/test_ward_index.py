"""The ward index, compared with checking every ward."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, get_coordinates

from geodata.points_and_extents import GridPoint
from geodata.ward import Ward
from geodata.ward_index import WardIndex
from tests.support.builders import make_ward

_STEP = 1024  # metres; a power of two, so that points on the edges below are exact
_SIZE = 4
_SLIVER_M = 5


@st.composite
def mosaics(draw: st.DrawFn) -> list[Ward]:
    """Quadrilaterals that cover a crooked area without gap or overlap, under shuffled codes."""
    jolts = st.integers(-_STEP // 4, _STEP // 4)
    corners = {
        (column, row): (400_000 + column * _STEP + draw(jolts), 300_000 + row * _STEP + draw(jolts))
        for column in range(_SIZE)
        for row in range(_SIZE)
    }
    cells = [(column, row) for column in range(_SIZE - 1) for row in range(_SIZE - 1)]
    numbers = draw(st.permutations(range(len(cells))))
    return [
        make_ward(
            f"E0500000{number}",
            Polygon([corners[column + x, row + y] for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))]),
        )
        for number, (column, row) in zip(numbers, cells, strict=True)
    ]


points = st.builds(
    GridPoint,
    st.integers(400_000 - _STEP, 400_000 + _SIZE * _STEP).map(float),
    st.integers(300_000 - _STEP, 300_000 + _SIZE * _STEP).map(float),
)


def brute_force(wards: list[Ward], point: GridPoint) -> str | None:
    holding = sorted(ward.gss_code for ward in wards if ward.polygon.intersects(Point(point)))
    return holding[0] if holding else None


def lies_between_two(wards: list[Ward], point: GridPoint) -> bool:
    """Whether the rule for slivers may speak: a point in no ward, but near two."""
    return sum(ward.polygon.distance(Point(point)) <= _SLIVER_M for ward in wards) > 1


@settings(max_examples=50)
@given(mosaics(), st.lists(points, min_size=1, max_size=30))
def test_the_index_agrees_with_looking_at_every_ward(wards: list[Ward], many: list[GridPoint]) -> None:
    index = WardIndex(wards)
    points_to_find = [point for point in many if brute_force(wards, point) or not lies_between_two(wards, point)]
    assume(points_to_find)

    found = index.locate_many(np.array(points_to_find, dtype=float))

    codes = [index.wards[position].gss_code if position >= 0 else None for position in found]
    assert codes == [brute_force(wards, point) for point in points_to_find]


@settings(max_examples=50)
@given(mosaics(), points)
def test_one_point_is_located_like_many(wards: list[Ward], point: GridPoint) -> None:
    index = WardIndex(wards)

    one = index.locate(point)
    (position,) = index.locate_many(np.array([point], dtype=float))

    assert one is (index.wards[position] if position >= 0 else None)


@settings(max_examples=50)
@given(mosaics(), st.integers(1, 15))
def test_every_point_of_a_shared_edge_goes_to_the_lowest_code(wards: list[Ward], sixteenths: int) -> None:
    index = WardIndex(wards)
    sharers: defaultdict[tuple[tuple[float, ...], ...], list[str]] = defaultdict(list)
    for ward in wards:
        for edge in pairwise(get_coordinates(ward.polygon).tolist()):
            sharers[tuple(sorted(tuple(corner) for corner in edge))].append(ward.gss_code)
    shared = {edge: codes for edge, codes in sharers.items() if len(codes) > 1}

    along = [
        GridPoint(*(start + (end - start) * sixteenths / 16 for start, end in zip(*edge, strict=True)))
        for edge in shared
    ]
    found = [located.gss_code if (located := index.locate(point)) else None for point in along]

    assert found == [min(codes) for codes in shared.values()]


@settings(max_examples=50)
@given(mosaics(), points, st.integers(0, 2000))
def test_distances_agree_with_measuring_every_ward(wards: list[Ward], point: GridPoint, metres: int) -> None:
    index = WardIndex(wards)

    found = [(each.metres, each.ward.gss_code) for each in index.within(point, metres)]

    measured = [(ward.polygon.distance(Point(point)), ward.gss_code) for ward in wards]
    assert found == sorted(each for each in measured if each[0] <= metres)
