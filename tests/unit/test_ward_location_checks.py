"""Findings about a file of wards when it is compared with postcodes and live wards."""

from dataclasses import replace
from typing import Final

import pytest

from geodata.check_report import Report, Severity
from geodata.district import District
from geodata.points_and_extents import Extent
from geodata.ward import Ward
from geodata.ward_checks.districts import check_missing_districts, find_underlying_districts, wards_without_district
from geodata.ward_checks.location import check_location
from tests.support.builders import BIRMINGHAM, LADYWOOD, SPARKBROOK, make_ward, square

_SOLIHULL: Final = District("E08000029", "Solihull")
_EXTENTS: Final = {
    LADYWOOD: Extent(406_100, 286_100, 406_900, 286_900),
    SPARKBROOK: Extent(407_100, 286_100, 407_900, 286_900),
    BIRMINGHAM.gss_code: Extent(400_000, 276_000, 417_000, 302_000),
}
_WARDS: Final = [make_ward(), make_ward(SPARKBROOK, square(407_000, 286_000), "Sparkbrook")]


def placed(*wards: Ward) -> list[tuple[Severity, str, str]]:
    report = Report("wards.gpkg")
    check_location(wards, _EXTENTS, report)
    assert all(finding.file == "wards.gpkg" and finding.remedy for finding in report.findings)
    return [(finding.severity, finding.problem, finding.value) for finding in report.findings]


def covered(*wards: Ward) -> list[str]:
    report = Report("wards.gpkg")
    check_missing_districts(wards, [BIRMINGHAM, _SOLIHULL], report)
    assert [finding.severity for finding in report.findings if finding.severity is not Severity.WARNING] == []
    return [finding.problem for finding in report.findings]


def test_wards_where_their_postcodes_are_give_no_finding() -> None:
    assert placed(*_WARDS) == []


def test_a_ward_with_a_new_code_is_looked_for_in_its_district() -> None:
    assert placed(make_ward("E05099999")) == []
    assert placed(make_ward("E05099999", square(300_000, 286_000))) != []


def test_wards_that_no_postcode_file_knows_are_not_checked() -> None:
    assert placed(Ward("W05000001", "Elsewhere", District("W06000001", ""), square(300_000, 386_000))) == []


def test_metres_with_northing_first_are_refused() -> None:
    swapped = [make_ward(LADYWOOD, square(286_000, 406_000)), make_ward(SPARKBROOK, square(286_000, 407_000))]

    assert placed(*swapped) == [
        (Severity.ERROR, "the coordinates are metres with northing first.", f"{LADYWOOD} at 286000, 406000")
    ]


def test_wards_that_are_mostly_elsewhere_are_refused() -> None:
    moved = [make_ward(LADYWOOD, square(506_000, 186_000)), make_ward(SPARKBROOK, square(507_000, 186_000))]

    ((severity, problem, value),) = placed(*moved)

    assert (severity, value) == (Severity.ERROR, f"{LADYWOOD} at 506000, 186000")
    assert problem.startswith("2 of 2 wards lie elsewhere")


def test_one_ward_that_lies_elsewhere_gives_a_warning() -> None:
    found = placed(*_WARDS, make_ward("E05099999", square(506_000, 186_000)))

    assert [(severity, value) for severity, _, value in found] == [(Severity.WARNING, "E05099999 at 506000, 186000")]


def test_a_missing_district_is_named_in_a_warning() -> None:
    assert covered(*_WARDS) == ["no ward is in Solihull, of which wards are live."]


@pytest.mark.parametrize("district", [_SOLIHULL, District("E08000029", ""), District("", "SOLIHULL")])
def test_whole_districts_give_no_warning(district: District) -> None:
    assert covered(*_WARDS, replace(_WARDS[0], district=district)) == []


def test_districts_are_recognised_by_name_alone() -> None:
    named = [replace(ward, district=District("", BIRMINGHAM.name)) for ward in _WARDS]

    assert covered(*named) == ["no ward is in Solihull, of which wards are live."]


def test_a_file_without_districts_gives_no_finding_about_them() -> None:
    assert covered(replace(_WARDS[0], district=District("", ""))) == []


def test_wards_without_a_district_get_that_of_the_live_ward_at_the_same_place() -> None:
    new = [
        make_ward("E05099991", square(406_200, 286_100, 700)),
        make_ward("E05099992", square(500_000, 286_000)),
        replace(make_ward("E05099993", square(407_100, 286_000)), district=_SOLIHULL),
    ]
    homeless = wards_without_district([*(replace(ward, district=District("", "")) for ward in new[:2]), new[2]])
    live = [_WARDS[0], replace(_WARDS[1], district=_SOLIHULL)]

    assert [ward.gss_code for ward in homeless] == ["E05099991", "E05099992"]
    assert find_underlying_districts(homeless, live) == {BIRMINGHAM}


def test_a_district_without_a_ward_in_its_area_gives_a_warning() -> None:
    nowhere = replace(_WARDS[0], district=District("", ""))
    report = Report("wards.gpkg")

    check_missing_districts([nowhere], [BIRMINGHAM, _SOLIHULL], report, [BIRMINGHAM])

    assert [finding.problem for finding in report.findings] == ["no ward is in Solihull, of which wards are live."]
