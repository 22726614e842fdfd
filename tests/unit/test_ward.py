"""A ward and its bytes."""

import pytest
import shapely

from geodata.errors import GeodataError
from geodata.ward import Ward
from tests.support.builders import make_ward


def test_a_ward_survives_being_written_as_bytes() -> None:
    ward = make_ward()

    again = Ward.from_wkb(ward.gss_code, ward.name, ward.district, ward.wkb)

    assert again == ward


def test_bytes_that_are_no_area_are_refused_with_the_ward_named() -> None:
    ward = make_ward("E05000009")
    line = shapely.to_wkb(shapely.LineString([(0, 0), (1, 1)]))

    with pytest.raises(GeodataError, match=r"E05000009.*LineString"):
        Ward.from_wkb(ward.gss_code, ward.name, ward.district, line)
