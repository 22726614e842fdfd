"""From a postcode or a point to its team, and how certain that is."""

from typing import Final

import pytest

from finder.domain.answer import Certainty, Match
from finder.domain.directory import Coverage
from finder.errors import OutsideCoverageError, PostcodeUnknownError, TeamUnknownError, WardWithoutTeamError
from finder.services import near_boundary
from finder.services.find_team import FindTeam
from finder.snapshot.model import Snapshot
from finder.snapshot.replaced_teams import get_team
from geodata.points_and_extents import GridPoint, LonLat
from geodata.postcode import Postcode
from geodata.postcode_location import PostcodeLocation
from geodata.projection.ostn15 import to_lonlat
from tests.support.builders import (
    LADYWOOD,
    NORTHERN_IRELAND,
    REDDITCH,
    SPARKBROOK,
    WEST_MERCIA,
    WEST_MIDLANDS,
    make_directory,
    make_location,
    make_snapshot,
    make_ward,
    square,
)

FIND: Final = FindTeam(near_boundary_m=25, near_boundary_poor_m=100)
POSTCODE: Final = Postcode.parse("B2 4QA")
EDGE: Final = 407_000
"""The easting of the edge between Ladywood, to its west, and Sparkbrook."""


def two_teams(*locations: PostcodeLocation) -> Snapshot:
    """Two wards side by side, each with a team of its own."""
    wards = (make_ward(), make_ward(SPARKBROOK, square(EDGE, 286_000), "Sparkbrook"))
    return make_snapshot(*locations, wards=wards, directory=make_directory("ladywood", "sparkbrook"))


def match_at(metres_from_edge: int, positional_quality: int = 10) -> Match:
    """The match of a postcode in Ladywood, so far from Sparkbrook."""
    location = make_location(easting=EDGE - metres_from_edge, positional_quality=positional_quality)
    return FIND.by_postcode(two_teams(location), POSTCODE).match


def lonlat(easting: float, northing: float) -> LonLat:
    found = to_lonlat(GridPoint(easting, northing))
    assert found is not None
    return found


# What is found


def test_a_postcode_finds_the_team_of_its_ward() -> None:
    answer = FIND.by_postcode(make_snapshot(), POSTCODE)

    assert (answer.postcode, answer.ward.gss_code, answer.team.id) == (POSTCODE, LADYWOOD, "ladywood")


def test_a_retired_postcode_still_finds_its_team() -> None:
    snapshot = make_snapshot(make_location(retired_on=202103))

    answer = FIND.by_postcode(snapshot, POSTCODE)

    assert (answer.team.id, answer.retired_on) == ("ladywood", 202103)


# Near a boundary


@pytest.mark.parametrize(
    ("metres", "quality", "certainty"),
    [
        (24, 10, Certainty.NEAR_BOUNDARY),
        (25, 10, Certainty.CERTAIN),
        (99, 10, Certainty.CERTAIN),
        (25, 20, Certainty.NEAR_BOUNDARY),
        (99, 60, Certainty.NEAR_BOUNDARY),
        (100, 60, Certainty.CERTAIN),
    ],
)
def test_a_match_is_unsure_under_25_metres_or_100_if_the_point_is_poor(
    metres: int, quality: int, certainty: Certainty
) -> None:
    match = match_at(metres, quality)

    assert match.certainty is certainty


def test_the_distances_are_settings() -> None:
    wide = FindTeam(near_boundary_m=500, near_boundary_poor_m=500)

    match = wide.by_postcode(two_teams(make_location(easting=EDGE - 499)), POSTCODE).match

    assert match.certainty is Certainty.NEAR_BOUNDARY


def test_an_unsure_match_names_the_other_ward_team_and_distance() -> None:
    match = match_at(20)

    assert [(each.ward.name, each.team.id, each.metres) for each in match.alternatives] == [
        ("Sparkbrook", "sparkbrook", 20)
    ]


def test_a_sure_match_names_no_alternatives() -> None:
    match = match_at(25)

    assert match.alternatives == ()


@pytest.mark.parametrize(("metres", "shown"), [(0, 0), (214, 214), (1000, 1000)])
def test_the_boundary_distance_is_shown_up_to_a_kilometre(metres: int, shown: float) -> None:
    match = match_at(metres)

    assert match.boundary_m == shown


def test_the_boundary_distance_is_not_shown_beyond_a_kilometre() -> None:
    wards = (make_ward(polygon=square(400_000, 280_000, 7000)), make_ward(SPARKBROOK, square(EDGE, 286_000)))
    directory = make_directory("ladywood", "sparkbrook")
    snapshot = make_snapshot(make_location(easting=EDGE - 1001), wards=wards, directory=directory)

    match = FIND.by_postcode(snapshot, POSTCODE).match

    assert match == Match(Certainty.CERTAIN, None, ())


@pytest.mark.parametrize("metres", [0, 10, 30, 999])
def test_the_second_time_the_answer_is_the_same(metres: int) -> None:
    snapshot = two_teams(make_location(easting=EDGE - metres))

    first = FIND.by_postcode(snapshot, POSTCODE)
    second = FIND.by_postcode(snapshot, POSTCODE)

    assert first == second


def test_a_cached_match_is_not_used_for_another_limit() -> None:
    snapshot = two_teams(make_location(easting=EDGE - 20))
    narrow = FindTeam(near_boundary_m=10, near_boundary_poor_m=10)

    sure = [find.by_postcode(snapshot, POSTCODE).match.certainty for find in (FIND, narrow, FIND, narrow)]

    assert sure == [Certainty.NEAR_BOUNDARY, Certainty.CERTAIN] * 2


def test_a_snapshot_caches_a_limited_number_of_matches_near_boundaries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_boundary, "_MAX_CACHED_MATCHES", 1)
    other = Postcode.parse("B2 4QB")
    snapshot = two_teams(make_location(easting=EDGE - 20), make_location(postcode=str(other), easting=EDGE - 10))

    matches = [FIND.by_postcode(snapshot, each).match for each in (POSTCODE, other, POSTCODE)]

    assert [each.alternatives[0].metres for each in matches] == [20, 10, 20]
    assert len(snapshot.near_boundary_matches) == 1


def test_a_neighbouring_ward_of_the_same_team_is_no_alternative() -> None:
    wards = (make_ward(), make_ward(SPARKBROOK, square(EDGE, 286_000)))
    directory = make_directory(coverage=(Coverage(LADYWOOD, "ladywood"), Coverage(SPARKBROOK, "ladywood")))
    snapshot = make_snapshot(make_location(easting=EDGE - 1), wards=wards, directory=directory)

    match = FIND.by_postcode(snapshot, POSTCODE).match

    assert match == Match(Certainty.CERTAIN, None, ())


def test_a_neighbouring_ward_without_a_team_is_no_alternative() -> None:
    wards = (make_ward(), make_ward(SPARKBROOK, square(EDGE, 286_000)))
    snapshot = make_snapshot(make_location(easting=EDGE - 1), wards=wards)

    match = FIND.by_postcode(snapshot, POSTCODE).match

    assert match == Match(Certainty.CERTAIN, None, ())


def test_the_distance_is_to_the_nearest_ward_of_another_team_not_to_the_nearest_ward() -> None:
    wards = (
        make_ward(),
        make_ward("E05000001", square(EDGE, 286_000, 300)),
        make_ward(SPARKBROOK, square(EDGE + 300, 286_000)),
    )
    coverage = (
        Coverage(LADYWOOD, "ladywood"), Coverage("E05000001", "ladywood"), Coverage(SPARKBROOK, "sparkbrook"),
    )  # fmt: skip
    directory = make_directory("ladywood", "sparkbrook", coverage=coverage)
    location = make_location(easting=EDGE - 10, northing=286_150)
    snapshot = make_snapshot(location, wards=wards, directory=directory)

    match = FIND.by_postcode(snapshot, POSTCODE).match

    assert match.boundary_m == 310


# What is not found


def test_a_postcode_missing_from_an_area_of_the_release_is_unknown() -> None:
    with pytest.raises(PostcodeUnknownError):
        FIND.by_postcode(make_snapshot(), Postcode.parse("B99 9ZZ"))


def test_a_postcode_of_an_unknown_sector_is_unknown() -> None:
    with pytest.raises(PostcodeUnknownError):
        FIND.by_postcode(make_snapshot(), Postcode.parse("EH99 9ZZ"))


@pytest.mark.parametrize(("text", "force"), [("WR1 1AA", WEST_MERCIA), ("BT1 1AA", NORTHERN_IRELAND)])
def test_a_postcode_elsewhere_is_outside_and_its_force_named(text: str, force: object) -> None:
    with pytest.raises(OutsideCoverageError) as refused:
        FIND.by_postcode(make_snapshot(), Postcode.parse(text))

    assert refused.value.force == force


def test_a_neighbouring_postcode_is_outside_and_its_district_s_force_named() -> None:
    snapshot = make_snapshot(make_location("B97 4AA", 404_000, 267_000, district=REDDITCH))

    with pytest.raises(OutsideCoverageError) as refused:
        FIND.by_postcode(snapshot, Postcode.parse("B97 4AA"))

    assert refused.value.force == WEST_MERCIA


def test_a_postcode_without_a_district_is_outside_with_no_force_named() -> None:
    snapshot = make_snapshot(make_location("B97 4AA", 404_000, 267_000, district=""))

    with pytest.raises(OutsideCoverageError) as refused:
        FIND.by_postcode(snapshot, Postcode.parse("B97 4AA"))

    assert refused.value.force is None


def test_a_ward_without_a_team_is_named_with_the_place() -> None:
    snapshot = make_snapshot(directory=make_directory(coverage=()))

    with pytest.raises(WardWithoutTeamError) as refused:
        FIND.by_postcode(snapshot, POSTCODE)

    assert (refused.value.ward.gss_code, refused.value.point) == (LADYWOOD, (406_500, 286_500))


@pytest.mark.parametrize("text", ["B99 9ZZ", "WR1 1AA", "BT1 1AA"])
def test_a_refusal_does_not_repeat_the_postcode(text: str) -> None:
    with pytest.raises((PostcodeUnknownError, OutsideCoverageError)) as refused:
        FIND.by_postcode(make_snapshot(), Postcode.parse(text))

    assert text not in str(refused.value)


# Points


def test_a_point_finds_the_team_of_its_ward() -> None:
    answer = FIND.by_point(make_snapshot(), lonlat(406_500, 286_500))

    assert (answer.postcode, answer.positional_quality, answer.team.id) == (None, None, "ladywood")


@pytest.mark.parametrize(
    ("accuracy", "certainty"), [(0, Certainty.CERTAIN), (49, Certainty.CERTAIN), (51, Certainty.NEAR_BOUNDARY)]
)
def test_a_point_is_unsure_within_its_accuracy(accuracy: float, certainty: Certainty) -> None:
    answer = FIND.by_point(two_teams(), lonlat(EDGE - 50, 286_500), accuracy)

    assert answer.match.certainty is certainty


def test_an_exact_point_is_still_unsure_near_a_boundary() -> None:
    answer = FIND.by_point(two_teams(), lonlat(EDGE - 24, 286_500), 1)

    assert answer.match.certainty is Certainty.NEAR_BOUNDARY


def test_a_point_outside_all_wards_gets_the_force_of_the_nearest_postcode() -> None:
    snapshot = make_snapshot(make_location(), make_location("B97 4AA", 404_000, 267_000, district=REDDITCH))

    with pytest.raises(OutsideCoverageError) as refused:
        FIND.by_point(snapshot, lonlat(404_000, 267_900))

    assert refused.value.force == WEST_MERCIA


def test_a_point_more_than_a_kilometre_from_any_postcode_gets_no_force() -> None:
    snapshot = make_snapshot(make_location(), make_location("B97 4AA", 404_000, 267_000, district=REDDITCH))

    with pytest.raises(OutsideCoverageError) as refused:
        FIND.by_point(snapshot, lonlat(404_000, 268_010))

    assert refused.value.force is None


def test_a_point_abroad_is_outside() -> None:
    with pytest.raises(OutsideCoverageError):
        FIND.by_point(make_snapshot(), LonLat(2.35, 48.86))


# Teams


def test_a_team_is_found_by_its_id() -> None:
    team = get_team(make_snapshot(), "ladywood")

    assert (team.id, team.force) == ("ladywood", WEST_MIDLANDS)


def test_a_team_that_is_not_live_is_unknown() -> None:
    with pytest.raises(TeamUnknownError):
        get_team(make_snapshot(), "nobody")
