"""Warnings about postcodes, wards and teams of different releases that do not fit each other."""

from dataclasses import replace

import numpy as np

from finder.services.publishing.cross_release_checks import check_teams, check_vintages
from finder.snapshot.model import Snapshot
from geodata.district import District
from tests.support.builders import (
    LADYWOOD,
    REDDITCH,
    SPARKBROOK,
    make_directory,
    make_location,
    make_snapshot,
    make_ward,
    square,
)


def problems(snapshot: Snapshot, *own_wards: str) -> list[str]:
    """What is warned about, given the ward code that the file has for each postcode in order."""
    packed = np.array([code.ljust(9).encode() for code in own_wards], dtype="S9")
    return [finding.problem for finding in (*check_teams(snapshot), *check_vintages(snapshot, packed))]


def test_releases_that_fit_raise_no_warning() -> None:
    assert problems(make_snapshot(), LADYWOOD) == []


def test_a_ward_without_a_team_says_how_many_postcodes_it_has() -> None:
    snapshot = make_snapshot(directory=replace(make_directory(), coverage=()))

    (finding,) = check_teams(snapshot)

    assert (finding.value, finding.problem) == ("Ladywood (E05011151)", "has no team; postcodes: 1.")


def test_wards_without_a_team_come_by_the_number_of_their_postcodes_and_each_in_one_short_line() -> None:
    names = {LADYWOOD: "Ladywood", SPARKBROOK: "Sparkbrook", "E05099999": "Balsall Heath West"}
    eastings = dict(zip(names, (406_000, 407_000, 408_000), strict=True))
    wards = [make_ward(code, square(eastings[code], 286_000), name) for code, name in names.items()]
    located = [make_location("B2 4QA", 406_500), *(make_location(f"B3 3{e}Q", 408_500) for e in "DEF")]
    snapshot = make_snapshot(*located, wards=wards, directory=replace(make_directory(), coverage=()))

    found = list(check_teams(snapshot))

    assert [(each.value, each.problem.rpartition(" ")[2]) for each in found] == [
        ("Balsall Heath West (E05099999)", "3."),
        ("Ladywood (E05011151)", "1."),
        ("Sparkbrook (E05011171)", "0."),
    ]
    assert all(len(f"{each.severity}  {each.value}  {each.problem}  {each.remedy}") <= 100 for each in found)


def test_other_vintages_are_reported_before_postcodes_in_no_ward() -> None:
    snapshot = make_snapshot(make_location(), make_location("B9 9AA", 300_000))

    vintage, nowhere = problems(snapshot, SPARKBROOK, LADYWOOD)

    assert "different vintages" in vintage
    assert nowhere == "postcodes of Birmingham in no ward: 1."


def test_a_postcode_of_the_force_that_is_in_no_ward_gets_a_warning() -> None:
    snapshot = make_snapshot(make_location(), make_location("B9 9AA", 300_000))

    assert problems(snapshot, LADYWOOD, LADYWOOD) == ["postcodes of Birmingham in no ward: 1."]


def test_a_postcode_of_another_force_may_be_in_no_ward() -> None:
    snapshot = make_snapshot(make_location(), make_location("B97 9AA", 300_000, district=REDDITCH))

    assert problems(snapshot, LADYWOOD, "E05012345") == []


def test_boundaries_of_another_vintage_are_found_by_the_postcodes_own_ward_codes() -> None:
    snapshot = make_snapshot(*(make_location(f"B2 4Q{letter}") for letter in "ABDE"))

    (problem,) = problems(snapshot, LADYWOOD, SPARKBROOK, SPARKBROOK, SPARKBROOK)

    assert "agree with the boundaries for 25.0%" in problem
    assert "Birmingham (3 of 4)" in problem


def test_districts_without_a_code_are_distinguished_by_their_names() -> None:
    named = [
        replace(make_ward(), district=District("", "Aston")),
        replace(make_ward(SPARKBROOK, square(407_000, 286_000)), district=District("", "Solihull")),
    ]
    snapshot = make_snapshot(make_location(), make_location("B9 9AA", 407_500), wards=named)

    *_, problem = problems(snapshot, LADYWOOD, "E05000001")

    assert "They differ in Solihull (1 of 1)." in problem


def test_one_postcode_in_a_hundred_across_a_generalised_edge_is_no_other_vintage() -> None:
    letters = "ABDEFGHJLN"
    locations = [make_location(f"B2 4{first}{second}") for first in letters for second in letters]
    codes = [LADYWOOD] * 99 + [SPARKBROOK]

    assert problems(make_snapshot(*locations), *codes) == []


def test_a_file_without_ward_codes_has_nothing_to_disagree_with() -> None:
    assert problems(make_snapshot(), "") == []


def test_a_district_without_a_name_is_named_by_its_code() -> None:
    ward = make_ward()
    nameless = replace(ward, district=replace(ward.district, name=""))

    (problem,) = problems(make_snapshot(wards=(nameless,)), SPARKBROOK)

    assert "E08000025 (1 of 1)" in problem


def test_postcodes_whose_places_moved_are_not_taken_for_another_vintage() -> None:
    wards = [make_ward(LADYWOOD), make_ward(SPARKBROOK, square(407_000, 286_000), "Sparkbrook")]
    snapshot = make_snapshot(make_location("B2 4QA", 407_500), make_location("B9 9AA", 300_000), wards=wards)
    own_wards = np.array([LADYWOOD.encode(), LADYWOOD.encode()], dtype="S9")

    elsewhere, nowhere = check_vintages(snapshot, own_wards)

    assert elsewhere.problem == "postcodes lie in another ward than their file says: Birmingham (1 of 1)."
    assert nowhere.problem == "postcodes of Birmingham in no ward: 1."
    assert "eastings and northings" in elsewhere.remedy
    assert nowhere.remedy == elsewhere.remedy
