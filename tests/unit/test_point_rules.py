"""Where a point falls when it falls where maps disagree: the stated rules."""

import pytest
from shapely import MultiPolygon, Polygon, box

from geodata.points_and_extents import GridPoint
from geodata.ward_index import WardIndex
from tests.support.builders import make_ward

_WEST = make_ward("E05000002", box(0, 0, 1000, 1000))
_EAST = make_ward("E05000001", box(1000, 0, 2000, 1000))


def code_at(index: WardIndex, easting: float, northing: float) -> str | None:
    """The GSS code of the ward that a point falls in."""
    ward = index.locate(GridPoint(easting, northing))
    return ward.gss_code if ward else None


def test_a_vertex_that_three_wards_share_belongs_to_the_first_by_code() -> None:
    north = make_ward("E05000003", box(0, 1000, 2000, 2000))

    assert code_at(WardIndex([north, _WEST, _EAST]), 1000, 1000) == "E05000001"


def test_a_sliver_where_two_vintages_overlap_belongs_to_the_first_by_code() -> None:
    shifted = make_ward("E05000001", box(998, 0, 2000, 1000))

    assert code_at(WardIndex([_WEST, shifted]), 999, 500) == "E05000001"


@pytest.mark.parametrize(("easting", "code"), [(1000.5, "E05000002"), (1002.5, "E05000001"), (1001.5, "E05000001")])
def test_a_sliver_between_two_wards_belongs_to_the_nearer_and_its_middle_to_the_first(
    easting: float, code: str
) -> None:
    east = make_ward("E05000001", box(1003, 0, 2000, 1000))

    assert code_at(WardIndex([_WEST, east]), easting, 500) == code


def test_a_gap_too_wide_to_be_a_sliver_belongs_to_nobody() -> None:
    east = make_ward("E05000001", box(1012, 0, 2000, 1000))

    assert code_at(WardIndex([_WEST, east]), 1006, 500) is None


def test_a_point_just_off_the_outer_edge_is_outside() -> None:
    assert code_at(WardIndex([_WEST, _EAST]), 500, -1) is None


def test_a_hole_belongs_to_the_ward_that_fills_it() -> None:
    around = make_ward("E05000001", Polygon(box(0, 0, 1000, 1000).exterior, [box(400, 400, 600, 600).exterior]))
    inside = make_ward("E05000002", box(400, 400, 600, 600))

    assert code_at(WardIndex([around, inside]), 500, 500) == "E05000002"


def test_a_second_part_lies_in_its_ward_even_across_another() -> None:
    split = make_ward("E05000009", MultiPolygon([box(0, 0, 1000, 1000), box(3000, 0, 3500, 500)]))

    assert code_at(WardIndex([split, _EAST]), 3200, 200) == "E05000009"


def test_a_point_off_the_outer_edge_where_two_wards_meet_is_outside() -> None:
    assert code_at(WardIndex([_WEST, _EAST]), 1000, -2) is None
