"""The packed postcode table: how postcodes are found, and the distances that are stored when first computed."""

import math
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.snapshot.assemble_snapshot import replace_directory
from finder.snapshot.boundary_distances import BoundaryDistances
from geodata.postcode import Postcode
from geodata.projection.ostn15 import to_lonlat
from geodata.sector import Sector
from tests.support.builders import (
    LADYWOOD,
    NOW,
    make_directory,
    make_location,
    make_officer,
    make_publication,
    make_snapshot,
    make_table,
    make_ward,
    square,
)

_BEYOND_OSTN15: Final = (400_000, 1_290_000)  # in the Norwegian Sea


def test_a_row_has_its_degrees_to_six_decimals() -> None:
    location = make_location("B2 4QA", 407_024, 286_642)

    found = make_table(location).find(location.postcode)

    place = to_lonlat(location.point)
    assert found is not None
    assert place is not None
    assert found.degrees == (round(place.longitude, 6), round(place.latitude, 6))


def test_a_row_outside_the_area_of_ostn15_has_no_degrees() -> None:
    location = make_location("B2 4QA", *_BEYOND_OSTN15)

    found = make_table(location).find(location.postcode)

    assert found is not None
    assert (found.point, found.degrees) == (_BEYOND_OSTN15, None)


def test_keys_are_the_spellings_without_a_space_padded_in_the_order_of_rows() -> None:
    table = make_table(*(make_location(each) for each in ("WV10 0AA", "B24 1AA", "B2 4QA")))

    assert table.keys.tolist() == [b"B241AA ", b"B24QA  ", b"WV100AA"]
    assert table.districts.tolist() == [b"E08000025"] * 3


def test_a_sector_has_its_own_postcodes_and_not_those_that_start_alike() -> None:
    table = make_table(*(make_location(each) for each in ("B2 4QA", "B24 1AA", "B24 4AA", "B2 4AA", "B2 5AA")))

    found = [str(postcode) for postcode, _ in table.of_sector(Sector.parse("B2-4"))]

    assert found == ["B2 4AA", "B2 4QA"]


# BoundaryDistances


def held(metres: float) -> float:
    """A distance as it comes back."""
    distances = BoundaryDistances(2)
    distances.store(1, metres)
    found = distances.find(1)
    assert found is not None
    assert distances.find(0) is None
    return found


@given(st.floats(0, 1000), st.integers(0, 2000))
def test_a_stored_distance_is_rounded_and_compared_like_the_measured_one(metres: float, halves: int) -> None:
    found = held(metres)

    limit = halves / 2
    assert round(found) == round(metres)
    assert (found < limit, found > limit) == (metres < limit, metres > limit)
    assert found == pytest.approx(metres, abs=1e-4)


@pytest.mark.parametrize(
    "metres", [math.nextafter(25, 0), math.nextafter(25, 26), math.nextafter(212.5, 0), math.nextafter(212.5, 213)]
)
def test_a_distance_close_to_a_limit_stays_on_its_side(metres: float) -> None:
    found = held(metres)

    limit = round(metres * 2) / 2
    assert found != limit
    assert (found < limit) == (metres < limit)
    assert round(found) == round(metres)


@pytest.mark.parametrize("metres", [0.0, 25.0, 999.5, math.inf])
def test_a_distance_that_fits_four_bytes_is_stored_exactly(metres: float) -> None:
    assert held(metres) == metres


def test_distances_stay_known_while_every_ward_keeps_its_team() -> None:
    before = make_snapshot(directory=make_directory("ladywood"))
    before.postcodes.distances.store(0, 12.0)
    staffed = make_directory("ladywood", officers=(make_officer("ladywood"),))

    joined = replace_directory(before, make_publication(2), staffed, {}, NOW)

    assert joined.postcodes.distances.find(0) == 12.0
    assert joined.teams["ladywood"].officers == (make_officer("ladywood"),)


def test_distances_are_forgotten_if_a_ward_gets_another_team_or_none() -> None:
    before = make_snapshot(directory=make_directory("ladywood"))
    before.postcodes.distances.store(0, 12.0)

    for directory in (make_directory("other"), make_directory("ladywood", coverage=())):
        joined = replace_directory(before, make_publication(2), directory, {}, NOW)

        assert joined.postcodes.distances.find(0) is None
    assert before.postcodes.distances.find(0) == 12.0
    assert LADYWOOD in before.team_of_ward


def test_a_postcode_of_any_table_is_found() -> None:
    table = make_table(*(make_location(each) for each in ("B1 1AA", "B2 4QA", "WV10 0AA")))

    assert [table.find(each) is not None for each in table] == [True] * 3
    assert table.find(Postcode("B2", "4QB")) is None


@pytest.mark.parametrize("text", ["B1 1AA", "B10 0AB", "B2 4QA", "CV1 2AA", "WV10 0AA"])
def test_every_postcode_of_a_table_is_found(text: str) -> None:
    table = make_table(*(make_location(each) for each in ("WV10 0AA", "B2 4QA", "CV1 2AA", "B10 0AB", "B1 1AA")))

    found = table.find(Postcode.parse(text))

    assert found is not None


@pytest.mark.parametrize("text", ["AB1 1AA", "B1 1AB", "B24 1QA", "ZE1 0AA", "WV10 0AB"])
def test_a_postcode_that_is_not_in_the_table_is_not_found(text: str) -> None:
    table = make_table(*(make_location(each) for each in ("WV10 0AA", "B2 4QA", "B1 1AA")))

    found = table.find(Postcode.parse(text))

    assert found is None


def test_nothing_is_found_in_an_empty_table() -> None:
    table = make_table(wards=[make_ward()])

    found = table.find(Postcode.parse("B2 4QA"))

    assert (found, len(table), table.areas) == (None, 0, frozenset())


def test_a_row_has_every_field_of_the_supplier() -> None:
    table = make_table(
        make_location("B2 4QA", 407_024, 286_642, positional_quality=50, retired_on=202103, district="E08000025")
    )

    found = table.find(Postcode.parse("B2 4QA"))

    assert found is not None
    assert (found.point, found.positional_quality, found.retired_on, found.district) == (
        (407_024, 286_642),
        50,
        202103,
        "E08000025",
    )


def test_a_postcode_falls_in_the_ward_that_holds_its_point_even_if_the_supplier_names_another() -> None:
    table = make_table(make_location(ward="E05099999"), wards=[make_ward(LADYWOOD)])

    found = table.find(Postcode.parse("B2 4QA"))

    assert found is not None
    assert found.ward is not None
    assert found.ward.gss_code == LADYWOOD


def test_a_postcode_in_no_ward_has_none() -> None:
    table = make_table(make_location(district=""), wards=[make_ward(polygon=square(500_000, 200_000))])

    found = table.find(Postcode.parse("B2 4QA"))

    assert found is not None
    assert (found.ward, found.district) == (None, "")


def test_a_table_lists_its_postcodes_in_order() -> None:
    table = make_table(make_location("WV10 0AA"), make_location("B10 0AB"), make_location("B1 1AA"))

    assert [str(postcode) for postcode in table] == ["B10 0AB", "B1 1AA", "WV10 0AA"]


def test_a_table_lists_its_postcode_areas() -> None:
    table = make_table(*(make_location(each) for each in ("B1 1AA", "B99 1AA", "BS1 1AA", "WV1 1AA", "W1A 0AX")))

    assert table.areas == {"B", "BS", "WV", "W"}


@pytest.mark.parametrize(("metres", "district"), [(100, "E07000236"), (99, None)])
def test_the_district_of_the_nearest_postcode_within_a_distance_is_found(metres: float, district: str | None) -> None:
    table = make_table(
        make_location("B97 4AA", 404_000, 267_000, district="E07000236"), make_location("B1 1AA", 406_000, 286_000)
    )

    found = table.nearest_district(make_location(easting=404_100, northing=267_000).point, metres)

    assert found == district
