"""Simplified coverages of random wards: neighbours neither overlap nor gape, and no vertex moves too far."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from geodata.maps.simplified_coverage import SimplifiedCoverage
from geodata.ward import Ward
from tests.support.builders import make_ward

_WHOLE = box(400_000, 300_000, 403_000, 303_000)


@st.composite
def coverages(draw: st.DrawFn) -> list[Ward]:
    """A square cut into the cells of random points; each ward has several, so that it has parts, holes and necks."""
    choice = np.random.default_rng(draw(st.integers(0, 2**32)))
    points = choice.uniform(shapely.bounds(_WHOLE)[:2], shapely.bounds(_WHOLE)[2:], (draw(st.integers(4, 80)), 2))
    cells = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points))), _WHOLE)
    owners = choice.integers(0, draw(st.integers(2, 20)), len(cells))
    areas = {owner: shapely.union_all(cells[owners == owner]) for owner in owners.tolist()}
    return [
        make_ward(f"E05{owner:06}", area)
        for owner, area in areas.items()
        if isinstance(area, Polygon | MultiPolygon) and not area.is_empty
    ]


@settings(max_examples=60, deadline=None)
@given(coverages(), st.sampled_from([1, 20, 100, 500, 1000]))
def test_neighbours_neither_overlap_nor_gape_and_no_vertex_moves_too_far(wards: list[Ward], metres: int) -> None:
    coverage = SimplifiedCoverage(wards, metres)

    areas = [coverage.area([ward]) for ward in wards]

    assert all(area.is_valid and area.area > 0 for area in areas)
    union = shapely.union_all(areas)
    assert abs(sum(area.area for area in areas) - union.area) < 1e-3
    holes = shapely.get_num_interior_rings(shapely.get_parts(union)).sum()
    assert holes == 0
    for ward, area in zip(wards, areas, strict=True):
        corners = shapely.points(shapely.get_coordinates(ward.polygon))
        assert shapely.distance(corners, area.boundary).max() <= metres + 0.01


@settings(max_examples=30, deadline=None)
@given(coverages(), st.sampled_from([20, 500]))
def test_the_area_of_some_wards_is_the_union_of_theirs(wards: list[Ward], metres: int) -> None:
    coverage = SimplifiedCoverage(wards, metres)
    some = wards[::2]

    union = shapely.union_all([coverage.area([ward]) for ward in some])

    assert shapely.symmetric_difference(coverage.area(some), union).area < 1e-3
