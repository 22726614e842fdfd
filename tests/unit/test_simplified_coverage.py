"""Wards simplified as one coverage: shared lines stay shared, and none moves too far."""

from collections.abc import Iterable
from math import pi, sin
from typing import Final

import pytest
import shapely
import shapely.affinity
from shapely import LineString, MultiPolygon, Polygon, box

from geodata.maps.shared_lines import find_shared_lines
from geodata.maps.simplified_coverage import SimplifiedCoverage, SimplifiedCoverages
from geodata.ward import Ward
from tests.support.builders import make_ward

_WEST, _SOUTH = 406_000.0, 286_000.0
_WAVE_M: Final = 30.0


def make_wards(*polygons: Polygon | MultiPolygon) -> list[Ward]:
    return [make_ward(f"E05{number:06}", shapely.affinity.translate(polygon, _WEST, _SOUTH))
            for number, polygon in enumerate(polygons)]  # fmt: skip


def wavy_neighbours() -> list[Ward]:
    """Two wards on both sides of a line that waves by 30 m."""
    wave = [(500 + _WAVE_M * sin(northing / 20 * pi), float(northing)) for northing in range(0, 1001, 10)]
    wave = [(500.0, 0.0), *wave[1:-1], (500.0, 1000.0)]
    return make_wards(Polygon([(0, 0), *wave, (0, 1000)]), Polygon([(1000, 0), *wave, (1000, 1000)]))


def areas_of(coverage: SimplifiedCoverage, wards: Iterable[Ward]) -> list[Polygon | MultiPolygon]:
    return [coverage.area([ward]) for ward in wards]


def overlap(areas: list[Polygon | MultiPolygon]) -> float:
    """Square metres that belong to more than one area."""
    return sum(each.area for each in areas) - float(shapely.union_all(areas).area)


def gap(areas: list[Polygon | MultiPolygon], whole: Polygon) -> float:
    """Square metres of a whole that belong to no area."""
    return float(shapely.difference(whole, shapely.union_all(areas)).area)


def test_neighbours_share_the_simplified_line() -> None:
    wards = wavy_neighbours()

    areas = areas_of(SimplifiedCoverage(wards, 100), wards)

    assert [shapely.get_num_coordinates(area) for area in areas] == [5, 5]
    assert overlap(areas) == pytest.approx(0, abs=1e-6)
    assert gap(areas, box(_WEST, _SOUTH, _WEST + 1000, _SOUTH + 1000)) == pytest.approx(0, abs=1e-6)


def test_a_team_has_the_outer_lines_of_its_wards() -> None:
    wards = wavy_neighbours()
    coverage = SimplifiedCoverage(wards, 100)

    assert shapely.equals(coverage.area(wards), shapely.union_all(areas_of(coverage, wards)))


def test_a_line_within_the_tolerance_of_no_straight_line_is_kept() -> None:
    wards = wavy_neighbours()

    areas = areas_of(SimplifiedCoverage(wards, 1), wards)

    assert min(map(shapely.get_num_coordinates, areas)) > 50


def test_an_island_and_the_hole_around_it_stay_one_line() -> None:
    island = box(400, 400, 440, 440)
    wards = make_wards(Polygon(box(0, 0, 1000, 1000).exterior, [island.exterior.coords[::-1]]), island)

    around, within = areas_of(SimplifiedCoverage(wards, 1000), wards)

    assert isinstance(around, Polygon)
    assert shapely.equals(Polygon(around.interiors[0]), within)
    assert shapely.get_num_coordinates(within) >= 4


def test_a_ward_narrower_than_the_tolerance_is_not_lost() -> None:
    lens = Polygon([(0, 500), (500, 480), (1000, 500), (500, 520)])
    north = Polygon([(0, 500), (500, 520), (1000, 500), (1000, 1000), (0, 1000)])
    south = Polygon([(0, 500), (500, 480), (1000, 500), (1000, 0), (0, 0)])
    wards = make_wards(lens, north, south)

    areas = areas_of(SimplifiedCoverage(wards, 1000), wards)

    assert min(area.area for area in areas) > 0
    assert overlap(areas) == pytest.approx(0, abs=1e-6)


def test_an_overlap_belongs_to_the_ward_that_sorts_first() -> None:
    wards = make_wards(box(0, 0, 1000, 1000), box(997, 0, 2000, 1000))

    first, second = areas_of(SimplifiedCoverage(wards, 1), wards)

    assert (first.area, second.area) == (1_000_000, 1_000_000)


def test_an_enclosed_sliver_is_filled() -> None:
    with_notch = Polygon([(0, 0), (1000, 0), (1000, 300), (996, 500), (1000, 700), (1000, 1000), (0, 1000)])
    wards = make_wards(with_notch, box(1000, 0, 2000, 1000))

    areas = areas_of(SimplifiedCoverage(wards, 1), wards)

    assert sum(area.area for area in areas) == pytest.approx(2_000_000)


def test_no_wards_and_unknown_wards_have_an_empty_area() -> None:
    assert SimplifiedCoverage([], 10).area([]).is_empty
    assert SimplifiedCoverage(wavy_neighbours(), 10).area([make_ward("E05999999")]).is_empty


def test_a_coverage_is_computed_once_for_all_distances_up_to_the_next_step() -> None:
    coverages = SimplifiedCoverages(wavy_neighbours())

    assert coverages.within(200) is coverages.within(499)
    assert coverages.within(199) is not coverages.within(200)
    assert coverages.within(1) is coverages.within(1)


def test_shared_lines_run_between_the_places_where_three_areas_meet() -> None:
    shared = find_shared_lines([box(0, 0, 1, 1), box(1, 0, 2, 1)])

    assert len(shared.lines) == 3
    assert [len(each) for each in shared.of_polygon] == [2, 2]
    assert set(shared.of_polygon[0]) & set(shared.of_polygon[1]) == {
        next(index for index, line in enumerate(shared.lines) if shapely.equals(line, LineString([(1, 0), (1, 1)])))
    }


def test_repeated_corners_and_parts_change_no_line() -> None:
    square = Polygon([(0, 0), (0, 0), (1, 0), (1, 1), (1, 1), (0, 1)])
    apart = MultiPolygon([box(1, 0, 2, 1), box(5, 5, 6, 6)])

    shared = find_shared_lines([square, apart])

    assert [len(each) for each in shared.of_polygon] == [2, 3]
    assert shapely.is_closed(shared.lines).sum() == 1
