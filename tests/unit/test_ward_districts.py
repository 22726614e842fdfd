"""Districts that a file of wards gives by code alone or by name alone."""

from dataclasses import replace
from typing import Final

import pytest

from geodata.check_report import Report, Severity
from geodata.district import District
from geodata.police_forces import PoliceForces
from geodata.ward_checks.districts import complete_districts
from tests.support.builders import BIRMINGHAM, make_ward

_SOLIHULL: Final = District("E08000029", "Solihull")
_LIVE: Final = (BIRMINGHAM, _SOLIHULL, District("", "Nowhere"), District("E08000031", ""))


def completed(given: District, *known: District) -> tuple[District, list[str]]:
    """What becomes of a ward's district, and what is noted."""
    report = Report("wards.gpkg")
    (ward,) = complete_districts([replace(make_ward(), district=given)], known or _LIVE, report)
    assert all(finding.severity is Severity.NOTE for finding in report.findings)
    return ward.district, [finding.problem for finding in report.findings]


@pytest.mark.parametrize("name", ["Birmingham", "BIRMINGHAM", " Birmingham  "])
def test_a_name_alone_gets_the_code_that_is_known_for_it(name: str) -> None:
    assert completed(District("", name)) == (
        District(BIRMINGHAM.gss_code, name),
        [f"districts given by name alone, their code filled in: {name} (E08000025)."],
    )


def test_a_code_alone_gets_the_name_that_is_known_for_it() -> None:
    assert completed(District(BIRMINGHAM.gss_code, "")) == (
        BIRMINGHAM,
        ["districts given by code alone, their name filled in: Birmingham (E08000025)."],
    )


def test_a_name_of_two_codes_stays_without_and_is_noted() -> None:
    given = District("", "Solihull")

    assert completed(given, _SOLIHULL, replace(_SOLIHULL, gss_code="E08000099")) == (
        given,
        ["districts given by name alone, their code not known: Solihull."],
    )


def test_a_code_that_nobody_knows_stays_without_a_name_and_is_noted() -> None:
    given = District("E08000031", "")

    assert completed(given) == (given, ["districts given by code alone, their name not known: E08000031."])


@pytest.mark.parametrize("given", [BIRMINGHAM, District("E08000025", "Brum"), District("", "")])
def test_districts_that_are_complete_or_absent_stay_unchanged(given: District) -> None:
    assert completed(given) == (given, [])


def test_the_first_of_two_names_for_a_code_is_used() -> None:
    found, _ = completed(District("E08000029", ""), _SOLIHULL, replace(_SOLIHULL, name="Solihull Borough"))

    assert found == _SOLIHULL


def test_the_districts_that_ship_are_known_before_any_ward_is_live() -> None:
    found, _ = completed(District("", "Wolverhampton"), *PoliceForces.read().districts)

    assert found == District("E08000031", "Wolverhampton")
