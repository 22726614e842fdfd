"""Which ward a point falls in, and which lie near it."""

import numpy as np
import pytest
from shapely import MultiPolygon, Polygon

from geodata.points_and_extents import GridPoint
from geodata.ward_index import WardIndex
from tests.support.builders import make_ward, square

WEST = make_ward("E05000001", square(400_000, 300_000), "West")
EAST = make_ward("E05000002", square(401_000, 300_000), "East")


def test_a_point_inside_a_ward_finds_it() -> None:
    index = WardIndex([WEST, EAST])

    found = index.locate(GridPoint(401_500, 300_500))

    assert found is EAST


def test_a_point_outside_every_ward_finds_none() -> None:
    index = WardIndex([WEST, EAST])

    found = index.locate(GridPoint(399_999.999, 300_500))

    assert found is None


@pytest.mark.parametrize("northing", [300_000, 300_500, 301_000])
def test_a_point_on_a_shared_edge_goes_to_the_lowest_gss_code(northing: float) -> None:
    index = WardIndex([EAST, WEST])

    found = index.locate(GridPoint(401_000, northing))

    assert found is WEST


def test_a_point_on_the_outer_edge_is_inside() -> None:
    index = WardIndex([WEST])

    found = index.locate(GridPoint(400_000, 300_000))

    assert found is WEST


def test_the_wards_that_reach_into_some_bounds_come_by_code_and_all_of_them() -> None:
    index = WardIndex([EAST, WEST, make_ward("E05000003", square(420_000, 300_000), "Far")])

    assert index.intersecting((400_500, 300_500, 401_500, 300_600)) == [WEST, EAST]
    assert index.intersecting((401_500, 300_500, 401_500, 300_500)) == [EAST]
    assert index.intersecting((410_000, 300_500, 411_000, 300_600)) == []


def test_a_point_in_a_hole_is_outside() -> None:
    outer, inner = square(400_000, 300_000), square(400_400, 300_400, 200)
    index = WardIndex([make_ward(polygon=Polygon(outer.exterior, [inner.exterior]))])

    found = index.locate(GridPoint(400_500, 300_500))

    assert found is None


def test_every_part_of_a_ward_in_two_pieces_counts() -> None:
    island = make_ward(polygon=MultiPolygon([square(400_000, 300_000), square(410_000, 300_000)]))
    index = WardIndex([island])

    found = [index.locate(GridPoint(easting, 300_500)) for easting in (400_500, 405_000, 410_500)]

    assert found == [island, None, island]


def test_many_points_are_located_as_positions_with_minus_one_for_none() -> None:
    index = WardIndex([EAST, WEST])
    points = np.array([[401_500, 300_500], [400_500, 300_500], [0, 0]], dtype=float)

    found = index.locate_many(points)

    assert found.tolist() == [1, 0, -1]


def test_no_points_are_located_nowhere() -> None:
    index = WardIndex([EAST])

    found = index.locate_many(np.empty((0, 2)))

    assert found.tolist() == []


def test_an_index_of_no_wards_finds_none() -> None:
    index = WardIndex([])

    found = index.locate(GridPoint(400_500, 300_500))

    assert found is None


def test_wards_within_a_distance_come_nearest_first() -> None:
    index = WardIndex([WEST, EAST])

    found = index.within(GridPoint(400_900, 300_500), 1000)

    assert [(each.ward.name, each.metres) for each in found] == [("West", 0), ("East", 100)]


@pytest.mark.parametrize(("metres", "names"), [(99.999, ["West"]), (100, ["West", "East"])])
def test_the_distance_asked_for_is_included(metres: float, names: list[str]) -> None:
    index = WardIndex([WEST, EAST])

    found = index.within(GridPoint(400_900, 300_500), metres)

    assert [each.ward.name for each in found] == names


def test_wards_equally_near_come_by_gss_code() -> None:
    index = WardIndex([EAST, WEST])

    found = index.within(GridPoint(401_000, 300_500), 10)

    assert [each.ward.gss_code for each in found] == ["E05000001", "E05000002"]
