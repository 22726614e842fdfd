"""An index that is unpacked from bytes answers like the one that was packed."""

import gc

import numpy as np
import pytest

from finder.errors import MatchedIndexDamagedError
from finder.snapshot.matched_index_layout import MatchedIndex, pack, unpack
from finder.snapshot.postcode_table import PostcodeTable
from geodata.check_report import Report
from geodata.district import District
from geodata.points_and_extents import GridPoint
from geodata.readers.boundaries.read_wards import read_wards
from geodata.shipped_data import SHIPPED_FOLDER
from geodata.ward import Ward
from geodata.ward_index import WardIndex
from tests.support.builders import SPARKBROOK, make_location, make_table, make_ward, square


def make_index() -> MatchedIndex:
    """Two postcodes in two wards. The second ward has no district."""
    wards = [make_ward(), Ward(SPARKBROOK, "Spârkbrook", District("", ""), square(407_000, 286_000))]
    locations = (make_location("B2 4QA"), make_location("B10 0AB", 407_500, 286_500, district=""))
    return MatchedIndex(make_table(*locations, wards=wards), WardIndex(wards))


def test_every_row_of_packed_postcodes_is_unchanged() -> None:
    index = make_index()

    found = unpack(memoryview(pack(index)))

    assert [str(each) for each in found.postcodes] == ["B10 0AB", "B2 4QA"]
    for postcode in index.postcodes:
        before, after = index.postcodes.find(postcode), found.postcodes.find(postcode)
        assert before is not None
        assert after is not None
        assert after._replace(ward=None) == before._replace(ward=None)
        assert (after.ward and after.ward.gss_code) == (before.ward and before.ward.gss_code)


def test_packed_wards_keep_code_name_district_and_polygon() -> None:
    index = make_index()

    found = unpack(memoryview(pack(index))).wards.wards

    def facts(ward: Ward) -> object:
        return ward.gss_code, ward.name, ward.district, ward.polygon, ward.bounds, ward.wkb

    assert [facts(ward) for ward in found] == [facts(ward) for ward in index.wards.wards]


def test_an_index_without_postcodes_and_wards_can_be_packed() -> None:
    found = unpack(memoryview(pack(MatchedIndex(make_table(), WardIndex([])))))

    assert (len(found.postcodes), list(found.wards.wards), found.wards.locate(GridPoint(1, 1))) == (0, [], None)


@pytest.mark.parametrize("part", [slice(0, -8), slice(0, 20), slice(0, 0), slice(8, None)])
def test_bytes_that_are_no_whole_index_are_refused(part: slice) -> None:
    packed = pack(make_index())

    with pytest.raises(MatchedIndexDamagedError):
        unpack(memoryview(packed[part]))


def test_packed_wards_that_ship_locate_and_measure_like_the_polygons_themselves() -> None:
    index = WardIndex(read_wards(SHIPPED_FOLDER / "wards.geojson", Report("wards.geojson")))
    stored = unpack(memoryview(pack(MatchedIndex(make_table(), index)))).wards
    wests, souths, easts, norths = np.array([ward.bounds for ward in index.wards]).T
    corner, far = (wests.min(), souths.min()), (easts.max(), norths.max())
    points = np.random.default_rng(7).uniform(corner, far, (3000, 2))

    assert (stored.locate_many(points) == index.locate_many(points)).all()
    for row in points[:300].tolist():
        point = GridPoint(*row)
        assert [(each.ward.gss_code, each.metres) for each in stored.within(point, 1000)] == [
            (each.ward.gss_code, each.metres) for each in index.within(point, 1000)
        ]


def test_the_polygons_of_stored_wards_are_kept_and_not_made_twice() -> None:
    (ward, _) = unpack(memoryview(pack(make_index()))).wards.wards

    assert ward.polygon is ward.polygon


def test_a_stored_ward_is_found_by_its_code_and_kept() -> None:
    wards = unpack(memoryview(pack(make_index()))).wards

    found = wards.find(SPARKBROOK)

    assert found is not None
    assert (found.name, found.district) == ("Spârkbrook", District("", ""))
    assert wards.find(SPARKBROOK) is found
    assert wards.wards[-1] is found
    assert list(wards.wards)[1] is found
    assert wards.wards[:] == list(wards.wards)


@pytest.mark.parametrize("code", ["", "E05000000", "E05011151x", "W05999999"])
def test_a_code_that_no_stored_ward_has_finds_none(code: str) -> None:
    assert unpack(memoryview(pack(make_index()))).wards.find(code) is None


def test_iterating_over_stored_wards_keeps_none_of_them() -> None:
    wards = unpack(memoryview(pack(make_index()))).wards.wards

    assert [one is other for one, other in zip(wards, wards, strict=True)] == [False, False]
    assert wards[0] is next(iter(wards))  # it is kept, as after a lookup


def test_a_table_of_stored_wards_has_the_same_ward_objects_as_the_index() -> None:
    found = unpack(memoryview(pack(make_index())))
    (first, *_) = found.postcodes

    record = found.postcodes.find(first)

    assert record is not None
    assert record.ward is found.wards.wards[1]
    assert isinstance(found.postcodes, PostcodeTable)


def test_the_bytes_are_freed_with_the_last_index_that_uses_them() -> None:
    packed = bytearray(pack(make_index()))
    found = unpack(memoryview(packed).toreadonly())
    assert found.wards.locate(GridPoint(406_500, 286_500)) is not None
    gc.disable()
    try:
        del found

        packed.clear()  # raises BufferError where somebody looks at them still
    finally:
        gc.enable()
