"""Checks between the wards of one set: what is reported, what is not, and with which severity."""

from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

from geodata.check_report import Report, Severity
from geodata.readers.boundaries.read_wards import read_wards
from geodata.shipped_data import SHIPPED_FOLDER
from geodata.ward_checks.districts import check_district_names
from geodata.ward_checks.overlaps_and_gaps import check_geometry
from tests.support.builders import LADYWOOD, SPARKBROOK, make_ward, square
from tests.support.progress import RecordedProgress


def check(*polygons: Polygon | MultiPolygon) -> list[tuple[Severity, str, str]]:
    """The findings on wards of these shapes, with codes in their order."""
    report = Report("wards.geojson")
    check_geometry([make_ward(f"E0500{number:04d}", polygon) for number, polygon in enumerate(polygons)], report)
    return [(finding.severity, finding.problem, finding.value) for finding in report.findings]


def framed(hole: Polygon) -> Polygon:
    """An area of 9 km² around a hole."""
    return Polygon(square(405_000, 285_000, 3000).exterior, [hole.exterior])


@pytest.mark.parametrize(
    "name", ["wards-2022-bgc.geojson", "wards-2013-bgc.geojson", "wolverhampton-wards-2022-bgc-epsg27700.geojson"]
)
def test_official_wards_give_no_warning(shared_data: Path, name: str) -> None:
    report = Report(name)

    check_geometry(read_wards(shared_data / "wards" / name, report), report)

    assert (report.errors, report.warnings) == (0, 0)


def test_the_shipped_wards_give_no_warning() -> None:
    report = Report("wards.geojson")

    check_geometry(read_wards(SHIPPED_FOLDER / "wards.geojson", report), report)

    assert (report.errors, report.warnings) == (0, 0)


def test_two_vintages_in_one_file_are_reported(shared_data: Path) -> None:
    wards = {
        ward.gss_code: ward
        for name in ("wards-2022-bgc.geojson", "wards-2013-bgc.geojson")
        for ward in read_wards(shared_data / "wards" / name, Report(name))
    }
    report = Report("both")

    check_geometry(list(wards.values()), report)

    assert report.errors > 20
    assert report.findings[0].problem == "two wards are for the most part the same area."


def test_neighbours_that_share_an_edge_give_no_warning() -> None:
    assert check(square(406_000, 286_000), square(407_000, 286_000)) == []


def test_an_overlap_is_warned_about_with_both_codes_and_its_area() -> None:
    found = check(square(406_000, 286_000), square(406_990, 286_000))

    assert found == [(Severity.WARNING, "two wards overlap.", "E05000000 and E05000001: 10,000 m²")]


def test_an_overlap_from_rounding_gives_no_warning() -> None:
    assert check(square(406_000, 286_000), square(406_999.995, 286_000)) == []


def test_two_wards_with_the_same_area_are_an_error() -> None:
    found = check(square(406_000, 286_000), square(406_100, 286_000))

    assert [(severity, value) for severity, _, value in found] == [
        (Severity.ERROR, "E05000000 and E05000001: 900,000 m²")
    ]


def test_a_ward_inside_another_is_an_error_at_any_size() -> None:
    found = check(square(406_000, 286_000), square(406_400, 286_400, 100))

    assert [severity for severity, _, _ in found] == [Severity.ERROR]


@pytest.mark.parametrize(
    ("hole", "severity"),
    [
        (square(406_000, 286_000), Severity.WARNING),  # a ward is missing
        (box(406_000, 286_000, 407_000, 286_005), Severity.WARNING),  # edges that do not meet
        (square(406_000, 286_000, 200), Severity.NOTE),  # an enclave of another district
    ],
)
def test_a_hole_between_the_wards_is_reported(hole: Polygon, severity: Severity) -> None:
    found = check(framed(hole))

    assert [each for each, _, _ in found] == [severity]


def test_a_gap_says_where_it_is() -> None:
    found = check(framed(square(406_000, 286_000)))

    assert [value for _, _, value in found] == ["1,000,000 m² at 406500, 286500"]


def test_a_hole_that_another_ward_fills_is_no_gap() -> None:
    hole = square(406_000, 286_000)

    assert check(framed(hole), hole) == []


def test_a_gap_is_not_reported_where_a_ward_could_not_be_read() -> None:
    report = Report("wards.geojson")
    report.error("no ward code.", "Give each ward its GSS code.", row=2)

    check_geometry([make_ward(LADYWOOD, framed(square(406_000, 286_000)))], report)

    assert report.warnings == 0


def test_a_piece_that_is_a_strip_is_warned_about() -> None:
    strip = box(410_000, 286_000, 410_000.5, 286_800)

    found = check(MultiPolygon([square(406_000, 286_000), strip]))

    assert found == [(Severity.WARNING, "a piece of a ward is a sliver.", "E05000000: 400.0 m²")]


def test_a_small_island_is_no_sliver() -> None:
    assert check(MultiPolygon([square(406_000, 286_000), square(410_000, 286_000, 5)])) == []


def test_a_ward_smaller_than_any_is_warned_about() -> None:
    found = check(square(406_000, 286_000, 20))

    assert found == [(Severity.WARNING, "a ward is smaller than any in Great Britain.", "E05000000: 400.0 m²")]


def test_one_district_with_two_names_is_warned_about() -> None:
    other = make_ward(SPARKBROOK, square(407_000, 286_000))
    report = Report("wards.geojson")

    check_district_names([make_ward(), replace(other, district=replace(other.district, name="Brum"))], report)

    assert [(each.column, each.value) for each in report.findings] == [("district", "E08000025: Birmingham, Brum")]


def test_no_wards_give_no_finding() -> None:
    assert check() == []


def test_many_wards_are_checked_as_brute_force_would() -> None:
    polygons = [shapely.Point(406_000 + 700 * i, 286_000 + 900 * j).buffer(500) for i in range(6) for j in range(6)]
    overlapping = sum(polygons[i].intersection(polygons[j]).area > 10 for i in range(36) for j in range(i))

    found = check(*polygons)

    assert sum(problem == "two wards overlap." for _, problem, _ in found) == overlapping > 0


def test_a_missing_ward_is_reported_among_many_that_do_not_quite_meet() -> None:
    side = 1000.002  # each overlaps the next by two millimetres, which is rounding
    polygons = [square(400_000 + 1000 * i, 280_000 + 1000 * j, side) for i in range(9) for j in range(9)]
    polygons.pop(40)

    found = check(*polygons)

    assert found == [
        (Severity.WARNING, "an area between the wards is in none of them.", "999,996 m² at 404500, 284500")
    ]


def test_long_checks_report_every_step_to_its_end() -> None:
    progress = RecordedProgress()
    polygons = [shapely.Point(406_000 + 700 * i, 286_000).buffer(500) for i in range(40)]

    check_geometry(
        [make_ward(f"E0500{i:04d}", polygon) for i, polygon in enumerate(polygons)], Report("wards"), progress
    )

    assert len(progress.steps) == 3
    assert not any(step.in_bytes for step in progress.steps)
    assert [step.what for step in progress.steps if step.total != sum(step.updates)] == []
