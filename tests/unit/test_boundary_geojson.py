"""Areas on the grid as outlines in degrees."""

import pytest
from shapely import MultiPolygon, Polygon, box
from shapely.geometry import shape

from geodata.maps.boundary_geojson import Outline, centre, middle, outer_ring, outline, union
from geodata.projection.ostn15 import to_grid
from tests.support.builders import make_ward, square


def drawn(*polygons: Polygon | MultiPolygon, decimals: int = 7) -> Outline:
    found = outline(union([make_ward(polygon=each) for each in polygons]), decimals=decimals)
    assert found is not None
    return found


def area_of(found: Outline) -> Polygon | MultiPolygon:
    made = shape({"type": found.kind, "coordinates": found.coordinates})
    assert isinstance(made, Polygon | MultiPolygon)
    return made


def test_neighbours_become_one_polygon_and_islands_several() -> None:
    assert drawn(square(406_000, 286_000), square(407_000, 286_000)).kind == "Polygon"
    assert drawn(square(406_000, 286_000), square(409_000, 286_000)).kind == "MultiPolygon"


@pytest.mark.parametrize("clockwise", [True, False])
def test_rings_run_by_the_right_hand_rule_however_they_came(clockwise: bool) -> None:  # noqa: FBT001 - a parameter
    outer = box(406_000, 286_000, 409_000, 289_000, ccw=not clockwise)
    hole = box(407_000, 287_000, 408_000, 288_000, ccw=clockwise)
    with_hole = Polygon(outer.exterior.coords, [hole.exterior.coords])

    area = area_of(drawn(with_hole))

    assert isinstance(area, Polygon)
    assert area.exterior.is_ccw
    assert [ring.is_ccw for ring in area.interiors] == [False]


def test_the_box_is_west_south_east_north() -> None:
    west, south, east, north = drawn(square(406_000, 286_000)).bbox

    assert -2 < west < east < -1
    assert 52 < south < north < 53


def test_degrees_lead_back_to_the_corners() -> None:
    (ring,) = drawn(square(406_000, 286_000)).coordinates

    corners = set()
    for place in outer_ring([make_ward(polygon=square(406_000, 286_000))], decimals=7):
        point = to_grid(place)
        assert point is not None
        corners.add((round(point.easting), round(point.northing)))

    assert corners == {(easting, northing) for easting in (406_000, 407_000) for northing in (286_000, 287_000)}
    assert len(ring) == 5


def test_an_area_too_small_for_its_decimals_is_still_drawn() -> None:
    found = drawn(square(406_000, 286_000, side=1), decimals=4)

    assert found.kind == "Polygon"


def test_no_wards_have_no_outline_no_ring_and_no_centre() -> None:
    assert outline(union([]), decimals=6) is None
    assert outer_ring([], decimals=6) == []
    assert centre([]) is None


def test_a_ward_beyond_the_cover_of_the_transformation_has_no_outline() -> None:
    assert outline(square(-900_000, -900_000), decimals=6) is None


def test_the_ring_is_that_of_the_largest_piece() -> None:
    large, small = square(406_000, 286_000, 2000), square(410_000, 286_000, 100)

    both = outer_ring([make_ward(polygon=small), make_ward(polygon=large)], decimals=6)

    assert set(both) == set(outer_ring([make_ward(polygon=large)], decimals=6))


def test_the_centre_lies_inside_even_where_the_middle_does_not() -> None:
    around = box(406_000, 286_000, 409_000, 289_000).difference(box(406_100, 286_100, 408_900, 289_000))
    assert isinstance(around, Polygon)

    place = centre([make_ward(polygon=around)])

    assert place is not None
    point = to_grid(place)
    assert point is not None
    assert around.buffer(1).contains(shape({"type": "Point", "coordinates": point}))


def test_the_middle_of_wards_is_that_of_their_bounds() -> None:
    found = to_grid(middle([make_ward(polygon=square(406_000, 286_000)), make_ward(polygon=square(408_000, 288_000))]))

    assert found is not None
    assert (round(found.easting), round(found.northing)) == (407_500, 287_500)


def test_without_wards_the_middle_is_in_great_britain() -> None:
    assert middle([]) == (-3.5, 55.25)
