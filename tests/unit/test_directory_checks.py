"""Checks of a whole directory: its parts, the wards and postcodes, today's date, and what is new about it."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest

from finder.directory_files.read_directory_file import Numbered, Record
from finder.domain.directory import Coverage, Directory
from finder.domain.release import Part
from finder.domain.surgery import Status, Venue
from finder.services.loading.directory_checks.check_context import CheckContext
from finder.services.loading.directory_checks.check_directory import carry_warnings, check_directory
from finder.services.loading.directory_checks.row_locations import RowLocations
from geodata.check_report import Report, Severity
from tests.support.builders import (
    LADYWOOD,
    SPARKBROOK,
    make_change,
    make_directory,
    make_officer,
    make_priority,
    make_surgery,
    wall,
)
from tests.support.stored_releases import make_source

TODAY: Final = CheckContext(today=date(2026, 11, 21))
PCSOS: Final = (make_officer("ladywood", "Sam Example", "PCSO"), make_officer("sparkbrook", "Ann Example", "PCSO"))
HALL: Final = Venue("Hall", "", "B3 3DQ")
CONTEXT: Final = CheckContext(
    wards={LADYWOOD: "Ladywood", SPARKBROOK: "Sparkbrook"},
    known_wards=frozenset({LADYWOOD, SPARKBROOK}),
    ward_of_postcode={"B2 4QA": LADYWOOD, "B11 1AA": SPARKBROOK, "B99 9ZZ": ""},
)


def directory(**parts: Any) -> Directory:
    """A directory of two teams, each with a ward and a PCSO."""
    return make_directory("ladywood", "sparkbrook", **({"officers": PCSOS} | parts))


def checked(
    new: Directory, context: CheckContext, live: Directory | None = None, locations: RowLocations | None = None
) -> Report:
    """Returns the report on a directory."""
    report = Report("supplied.csv")
    check_directory(new, live or Directory(), context, locations or RowLocations(()), report)
    return report


def warnings(new: Directory, context: CheckContext = CONTEXT, live: Directory | None = None) -> list[tuple[str, str]]:
    """Returns problem and value of each warning about a directory."""
    found = checked(new, context, live).findings
    reported = [each for each in found if each.severity is Severity.WARNING]
    assert all(each.remedy and each.of_whole and each.file in set(Part) and each.column for each in reported)
    return [(each.problem, each.value) for each in reported]


# Parts, wards and postcodes


def test_a_sound_directory_has_no_warning() -> None:
    surgeries = (make_surgery("2026-12-03 18:00", venue=Venue("Hall", "", "B2 4QA")),)

    found = checked(directory(surgeries=surgeries, priorities=(make_priority(),)), CONTEXT)

    assert found.findings == []


def test_parts_that_are_not_loaded_yet_give_no_finding() -> None:
    teams_alone = make_directory("ladywood", "sparkbrook", coverage=())

    assert checked(teams_alone, CONTEXT).findings == []


def test_nothing_is_compared_with_wards_and_postcodes_that_are_not_loaded_yet() -> None:
    surgeries = (make_surgery(venue=HALL),)

    assert checked(directory(surgeries=surgeries), CheckContext()).findings == []


@pytest.mark.parametrize(
    ("parts", "warned"),
    [
        (
            {"coverage": (Coverage(LADYWOOD, "ladywood"),)},
            ("the team has no ward, so no postcode leads to it.", "sparkbrook"),
        ),
        (
            {"coverage": (*make_directory("ladywood", "sparkbrook").coverage, Coverage("E05099999", "ladywood"))},
            ("no wards that were loaded have this code.", "E05099999"),
        ),
        ({"officers": PCSOS[:1]}, ("the team has no PCSO.", "sparkbrook")),
        (
            {"officers": (*PCSOS, make_officer("ladywood", "SAM  example", "Sergeant"))},
            ("somebody is listed twice in one team.", "Sam Example in ladywood"),
        ),
        (
            {"surgeries": (make_surgery(venue=Venue("Hall", "", "B11 1AA")),)},
            ("the venue lies outside the team's area.", "ladywood-library, B11 1AA"),
        ),
        (
            {"surgeries": (make_surgery(venue=Venue("Hall", "", "B99 9ZZ")),)},
            ("the venue lies outside the team's area.", "ladywood-library, B99 9ZZ"),
        ),
        (
            {"surgeries": (make_surgery(venue=HALL),)},
            ("the venue's postcode is not in the postcodes that were loaded.", "ladywood-library, B3 3DQ"),
        ),
        (
            {
                "surgeries": (make_surgery(venue=None, online_url="https://example.org"),),
                "changes": (make_change("2026-11-05 18:00", Status.MOVED, venue=Venue("Hall", "", "B11 1AA")),),
            },
            ("the venue lies outside the team's area.", "ladywood-library, B11 1AA"),
        ),
    ],
)
def test_parts_that_do_not_fit_each_other_are_warned_about(parts: dict[str, Any], warned: tuple[str, str]) -> None:
    assert warnings(directory(**parts)) == [warned]


def test_people_of_one_name_and_rank_are_warned_about_in_each_team() -> None:
    officers = (*PCSOS, make_officer("sparkbrook", "Sam Example", "PCSO"))

    assert warnings(directory(officers=officers)) == [
        ("another team lists the same name and rank.", f"Sam Example, PCSO, in {team}")
        for team in ("ladywood", "sparkbrook")
    ]


def test_other_namesakes_are_not_new_when_one_leaves() -> None:
    live = directory(
        officers=(*PCSOS, *(make_officer(team, "Sam Example", "PCSO") for team in ("sparkbrook", "abbey")))
    )

    assert warnings(directory(officers=live.officers[:-1]), live=live) == []


def test_namesakes_of_different_rank_in_different_teams_are_two_people() -> None:
    officers = (*PCSOS, make_officer("sparkbrook", "Sam Example", "Sergeant"))

    assert warnings(directory(officers=officers)) == []


def test_the_venue_of_a_team_without_a_ward_is_not_checked() -> None:
    surgeries = (make_surgery(team_id="abbey", venue=Venue("Hall", "", "B2 4QA")),)
    found = warnings(directory(surgeries=surgeries))

    assert found == []


def test_wards_without_a_team_are_only_noted_since_publishing_warns_of_them() -> None:
    found = checked(make_directory("ladywood"), CONTEXT).findings

    assert [(each.severity, each.problem) for each in found] == [
        (Severity.NOTE, f"wards without a team: 1 of 2: Sparkbrook ({SPARKBROOK}).")
    ]


# Dates


@pytest.mark.parametrize(
    ("issued_on", "count"), [(date(2026, 8, 20), 1), (date(2026, 8, 21), 0), (date(2027, 1, 1), 0)]
)
def test_a_priority_is_old_after_three_months(issued_on: date, count: int) -> None:
    old = directory(priorities=(make_priority(issued_on=issued_on),))

    expected = [("the priority is older than three months.", "ladywood: Parcels taken from doorsteps")]
    assert warnings(old, TODAY) == expected * count


@pytest.mark.parametrize(
    ("surgeries", "teams"),
    [
        ((make_surgery("2026-11-20 18:00"),), ["ladywood"]),
        ((make_surgery("2026-11-21 18:00"),), []),
        ((make_surgery("2026-11-20 18:00"), make_surgery("2026-12-03 18:00", id="other")), []),
        ((make_surgery("2026-11-05 18:00", recurrence="FREQ=WEEKLY;UNTIL=20261120T000000"),), ["ladywood"]),
        ((), []),
    ],
)
def test_a_team_whose_surgeries_are_all_past_is_warned_about(surgeries: tuple[Any, ...], teams: list[str]) -> None:
    found = warnings(directory(surgeries=surgeries), TODAY)

    assert found == [("the team's surgeries are all past.", team) for team in teams]


def test_surgeries_on_bank_holidays_of_the_next_year_are_warned_about() -> None:
    surgeries = (make_surgery("2026-11-06 18:00", recurrence="FREQ=WEEKLY;BYDAY=FR"),)

    assert warnings(directory(surgeries=surgeries), TODAY) == [
        ("a surgery falls on Christmas Day, Friday 25 December 2026.", "ladywood-library"),
        ("a surgery falls on Good Friday, Friday 26 March 2027.", "ladywood-library"),
        ("a surgery falls on New Year's Day, Friday 1 January 2027.", "ladywood-library"),
    ]


@pytest.mark.parametrize(
    ("recurrence", "remedy"),
    [
        ("FREQ=YEARLY", "If it is not held, leave it out: except 2026-12-25."),
        ("", "If it is not held, take it out of the file, or cancel it."),
    ],
)
def test_the_remedy_for_a_bank_holiday_fits_the_row(recurrence: str, remedy: str) -> None:
    surgeries = (make_surgery("2026-12-25 18:00", recurrence=recurrence),)

    report = checked(directory(surgeries=surgeries), TODAY)

    assert [each.remedy for each in report.findings] == [remedy]


def test_a_surgery_cancelled_on_a_bank_holiday_is_not_warned_about() -> None:
    surgeries = (make_surgery("2026-12-25 18:00", recurrence="FREQ=YEARLY"),)
    changes = (make_change("2026-12-25 18:00"),)

    assert warnings(directory(surgeries=surgeries, changes=changes), TODAY) == []


def test_dates_are_not_checked_without_a_date_of_today() -> None:
    stale = directory(
        priorities=(make_priority(issued_on=date(2020, 1, 1)),), surgeries=(make_surgery("2020-01-01 18:00"),)
    )

    assert warnings(stale, CheckContext()) == []


# Locations


def placed(new: Directory, live: Directory | None = None, context: CheckContext = CONTEXT) -> list[tuple[Any, ...]]:
    """Returns file, row, column and value of each warning.

    The officers, priorities, surgeries and changes are rows of the file, from row 2 on; the rest was loaded before.
    """
    records: list[Record] = [*new.officers, *new.priorities, *new.surgeries, *new.changes]
    before = [make_source(part, f"our {part}.csv") for part in (Part.TEAMS, Part.COVERAGE)]
    rows = [Numbered(row, record) for row, record in enumerate(records, start=2)]
    found = checked(new, context, live, RowLocations([("supplied.csv", rows)], before)).findings
    return [(each.file, each.row, each.column, each.value) for each in found if each.severity is Severity.WARNING]


def test_a_warning_about_the_file_being_loaded_names_the_row() -> None:
    officers = (*PCSOS, make_officer("ladywood", "SAM  example", "Sergeant"))
    stale = (make_priority(), make_priority(issued_on=date(2026, 1, 1)))
    past = make_surgery("2026-11-05 18:00", venue=None, online_url="https://example.org")

    assert placed(directory(officers=officers)) == [("supplied.csv", 4, "name", "Sam Example in ladywood")]
    assert placed(directory(officers=(), priorities=stale), context=TODAY) == [
        ("supplied.csv", 3, "issued_on", "ladywood: Parcels taken from doorsteps")
    ]
    assert placed(directory(officers=(), surgeries=(past,)), context=TODAY) == [
        ("supplied.csv", 2, "team_id", "ladywood")
    ]


def test_a_warning_about_a_venue_names_the_row_of_the_series_or_of_the_move() -> None:
    outside = Venue("Hall", "", "B11 1AA")
    series = make_surgery("2026-11-05 18:00", venue=None, online_url="https://example.org")
    move = make_change("2026-11-05 18:00", Status.MOVED, venue=outside)
    place = ("venue_postcode", "ladywood-library, B11 1AA")

    assert placed(directory(officers=(), surgeries=(replace(series, venue=outside),))) == [("supplied.csv", 2, *place)]
    assert placed(directory(officers=(), surgeries=(series,), changes=(move,))) == [("supplied.csv", 3, *place)]


def test_a_warning_about_a_bank_holiday_names_the_row_and_the_column_to_correct() -> None:
    weekly = make_surgery("2026-12-04 18:00", recurrence="FREQ=WEEKLY;COUNT=4")
    single = make_surgery("2026-12-25 10:00", id="single")

    assert placed(directory(officers=(), surgeries=(weekly, single)), context=TODAY) == [
        ("supplied.csv", 2, "recurrence", "ladywood-library"),
        ("supplied.csv", 3, "starts_at", "single"),
    ]


def test_a_warning_about_a_move_to_a_bank_holiday_names_the_row_of_the_move() -> None:
    weekly = make_surgery("2026-12-03 18:00", recurrence="FREQ=WEEKLY;COUNT=4")
    move = make_change("2026-12-24 18:00", Status.MOVED, starts_at=wall("2026-12-25 18:00"))
    whole = directory(officers=(), surgeries=(weekly,), changes=(move,))

    (found,) = checked(whole, TODAY).findings

    assert found.remedy == "If it is not held, move it to another day, or cancel it."
    assert placed(whole, context=TODAY) == [("supplied.csv", 3, "starts_at", "ladywood-library")]


def test_a_warning_about_a_cancelled_date_that_returns_names_the_row_of_its_series() -> None:
    series = (make_surgery("2026-12-03 18:00", venue=None),)
    live = directory(surgeries=series, changes=(make_change("2026-12-03 18:00"),))

    ((file, row, column, _),) = placed(directory(officers=(), surgeries=series), live, TODAY)

    assert (file, row, column) == ("supplied.csv", 2, "occurrence")


def test_a_warning_about_an_earlier_file_names_that_file() -> None:
    lacking = directory(
        officers=PCSOS[:1], coverage=(Coverage(LADYWOOD, "ladywood"), Coverage("E05099999", "ladywood"))
    )

    assert placed(lacking) == [
        ("our coverage.csv", None, "gss_code", "E05099999"),
        ("our teams.csv", None, "id", "sparkbrook"),
        ("our teams.csv", None, "id", "sparkbrook"),
    ]


def test_rows_of_this_file_and_of_an_earlier_one_have_different_locations_within_a_part() -> None:
    """As with `--team`: the file has the rows of some teams only."""
    kept, new = make_officer("sparkbrook", "Sam Example", "PCSO"), PCSOS[0]
    report = Report("supplied.csv")
    locations = RowLocations([(report.file, [Numbered(2, new)])], [make_source(Part.OFFICERS, "all.csv")])

    check_directory(directory(officers=(kept, new)), Directory(), CONTEXT, locations, report)

    assert [(each.file, each.row, each.value) for each in report.findings] == [
        ("supplied.csv", 2, "Sam Example, PCSO, in ladywood"),
        ("all.csv", None, "Sam Example, PCSO, in sparkbrook"),
    ]


def test_a_finding_that_was_accepted_is_not_new_when_its_row_has_moved() -> None:
    live = directory(officers=(PCSOS[0], make_officer("ladywood", "Ann Example", "Sergeant")))
    same = directory(officers=live.officers[::-1])

    assert placed(live) == [("our teams.csv", None, "id", "sparkbrook")]
    assert placed(same, live) == []


def test_one_warning_about_many_rows_lists_the_rows() -> None:
    stale = tuple(make_priority(issue=f"Issue {letter}", issued_on=date(2026, 1, 1)) for letter in "abcdefghijk")
    locations = RowLocations([("supplied.csv", [Numbered(row, each) for row, each in enumerate(stale, start=2)])])

    (found,) = checked(directory(priorities=stale), TODAY, None, locations).findings

    assert (found.file, found.row, found.column) == ("supplied.csv", None, "issued_on")
    assert "These 11: ladywood: Issue a (row 2), ladywood: Issue b (row 3)," in found.problem


# What is new


def test_a_finding_on_the_live_directory_is_not_repeated() -> None:
    live = directory(officers=PCSOS[:1], priorities=(make_priority(issued_on=date(2026, 1, 1)),))

    assert warnings(live, TODAY, live) == []


def test_a_new_finding_is_reported_next_to_those_that_are_live() -> None:
    live = directory(officers=PCSOS[:1])

    found = warnings(directory(officers=(PCSOS[0], make_officer("sparkbrook", "Sam Example", "PCSO"))), live=live)

    assert [value for _, value in found] == ["Sam Example, PCSO, in ladywood", "Sam Example, PCSO, in sparkbrook"]


def test_more_than_ten_findings_of_a_problem_become_one_warning() -> None:
    ids = [f"team-{number:02}" for number in range(11)]
    found = warnings(make_directory(*ids, coverage=(), officers=(make_officer("team-00"),)))

    assert found == [(f"the team has no PCSO. These 11: {', '.join(ids)}.", "")]


def test_a_warning_lists_at_most_a_hundred_subjects() -> None:
    ids = [f"team-{number:03}" for number in range(103)]
    ((problem, _),) = warnings(make_directory(*ids, coverage=(), officers=(make_officer("team-000"),)))

    assert problem.endswith("team-099 and 3 more.")


def test_many_namesakes_are_not_warned_about() -> None:
    names = [f"Name {letter}" for letter in "abcdef"]
    officers = [make_officer(team, name, "PCSO") for team in ("ladywood", "sparkbrook") for name in names]

    assert checked(directory(officers=tuple(officers)), CONTEXT).findings == []


def test_warnings_about_staged_files_are_repeated_unless_the_file_is_replaced() -> None:
    earlier = Report("teams.csv")
    earlier.warning("shrunk.", "Look.")
    earlier.warning("odd.", "Look.", row=3, column="name", value="x")
    earlier.warning("of the whole.", "Look.", file="directory")
    earlier.warning("of the whole as well.", "Look.", row=4, of_whole=True)
    earlier.warning("replaced.", "Look.", file="officers.csv")
    earlier.note("a note.")
    report = Report("new.csv")

    carry_warnings(earlier.findings, {"officers.csv"}, report)

    assert report.findings == earlier.findings[:2]


def test_a_file_without_a_cancellation_that_is_live_is_warned_about() -> None:
    series = (make_surgery("2026-12-03 18:00", venue=None),)
    live = directory(surgeries=series, changes=(make_change("2026-12-03 18:00"),))

    found = warnings(directory(surgeries=series), TODAY, live)

    assert found == [
        ("a date that is cancelled would take place as planned again.", "ladywood-library, 2026-12-03 18:00")
    ]


def test_a_change_may_be_left_out_if_it_is_past_or_its_series_is_removed() -> None:
    past, gone = make_surgery("2026-11-05 18:00", venue=None), make_surgery("2026-12-03 18:00", id="gone", venue=None)
    coming = make_surgery("2026-12-04 18:00", id="coming", venue=None)
    live = directory(
        surgeries=(past, gone, coming),
        changes=(make_change("2026-11-05 18:00"), make_change("2026-12-03 18:00", surgery_id="gone")),
    )

    assert warnings(directory(surgeries=(past, coming)), TODAY, live) == []
