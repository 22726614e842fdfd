"""The British National Grid and degrees, there and back."""

import csv
import math
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from geodata.points_and_extents import GridPoint, LonLat
from geodata.projection.ostn15 import to_grid, to_lonlat

# A box of England and Wales that lies within OSTN15's cover as a whole.
england = st.builds(GridPoint, st.floats(330_000, 600_000), st.floats(180_000, 420_000))
west_midlands = st.builds(GridPoint, st.floats(375_000, 445_000), st.floats(265_000, 310_000))


@given(england)
def test_a_round_trip_ends_within_a_millimetre(point: GridPoint) -> None:
    degrees = to_lonlat(point)
    back = to_grid(degrees) if degrees else None

    assert back is not None
    assert math.dist(back, point) < 0.001


@given(west_midlands)
def test_every_point_of_the_west_midlands_has_degrees(point: GridPoint) -> None:
    degrees = to_lonlat(point)

    assert degrees is not None
    assert (-2.4 < degrees.longitude < -1.3, 52.2 < degrees.latitude < 52.7) == (True, True)


def test_the_published_points_are_met_to_a_centimetre(shared_data: Path) -> None:
    with (shared_data / "ostn15-test-points.csv").open(encoding="utf-8", newline="") as stream:
        points = list(csv.DictReader(stream))

    missed = [
        point["name"]
        for point in points
        if math.dist(
            to_grid(LonLat(float(point["lon"]), float(point["lat"]))) or (0, 0),
            (float(point["easting"]), float(point["northing"])),
        )
        > 0.01
    ]

    assert (len(points), missed) == (40, [])


def test_the_published_points_are_met_in_the_reverse_direction(shared_data: Path) -> None:
    metres_a_degree = 111_320
    with (shared_data / "ostn15-test-points.csv").open(encoding="utf-8", newline="") as stream:
        points = list(csv.DictReader(stream))

    missed = [
        point["name"]
        for point in points
        if (found := to_lonlat(GridPoint(float(point["easting"]), float(point["northing"])))) is None
        or math.dist(found, (float(point["lon"]), float(point["lat"]))) * metres_a_degree > 0.02
    ]

    assert (len(points), missed) == (40, [])
