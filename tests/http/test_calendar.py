"""Calendar feeds: what a client sees, and a SEQUENCE that rises with every change, also when a change is undone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from icalendar import Calendar, Event

from finder.domain.changed_occurrences import changed_occurrences
from finder.domain.directory import Directory
from finder.domain.surgery import Change, Series, Status, Surgery, Venue
from finder.http.icalendar_feed import write_calendar
from finder.server.app import build_app
from finder.services.publishing.change_surgery import change_surgery
from finder.services.publishing.occurrence_actions import Cancel, Move, Restore
from finder.services.publishing.plan_rollback import Rollback, plan_rollback
from finder.services.publishing.publish import publish
from finder.settings import Settings
from finder.storage.calendar_sequence_store import read_sequences
from finder.storage.connections import connected
from geodata.police_forces import PoliceForces
from tests.conftest import AioHttpClient, Client
from tests.support.builders import TOWN_HALL, make_change, make_directory, make_occurrence, make_surgery, utc, wall
from tests.support.stored_releases import publish_directory, read_live_directory

_FEED: Final = "/api/v1/teams/ladywood/surgeries.ics"
_PUBLISHED: Final = utc("2026-11-02 09:00")


async def read_feed(client: Client, path: str = _FEED) -> dict[str, Event]:
    """The events of a feed by their UID."""
    async with client.get(path) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
        calendar = Calendar.from_ical(await response.text())
    return {str(event["UID"]): event for event in calendar.events}


def occurrence_of(uid: str) -> str:
    """The id of an occurrence, which its UID starts with."""
    return uid.partition("@")[0]


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({}, "west-midlands"),
        ({"public_url": "https://www.force.example:8443/community/policing"}, "www.force.example"),
        ({"public_url": "https://new.force.example", "calendar_domain": "www.force.example"}, "www.force.example"),
    ],
)
async def test_every_uid_ends_with_the_name_of_the_deployment(
    shipped_database: str,
    aiohttp_client: AioHttpClient,
    make_settings: Callable[..., Settings],
    settings: dict[str, str],
    name: str,
) -> None:
    client = await aiohttp_client(build_app(make_settings(**settings), shipped_database))

    feed = await read_feed(client)
    single = await read_feed(client, f"/api/v1/teams/ladywood/surgeries/{occurrence_of(next(iter(feed)))}.ics")

    assert {uid.partition("@")[2] for uid in (*feed, *single)} == {name}


def events(surgery: Surgery, *changes: Change) -> list[Event]:
    """The surgeries of a year, written as a calendar and read again."""
    series = Series(surgery, changes)
    text = write_calendar(
        "A team", series.between(utc("2026-01-01"), utc("2027-06-01")), {}, _PUBLISHED, "force.example"
    )
    return list(Calendar.from_ical(text).events)


@pytest.mark.asyncio(loop_scope="session")
async def test_the_feed_lists_the_surgeries_of_a_year_by_their_ids(service_with_cancellation: Client) -> None:
    found = await read_feed(service_with_cancellation)

    async with service_with_cancellation.get("/teams/ladywood/surgeries") as response:
        page = await response.text()
    assert f"{len(found)} dates in the next year" in page
    assert {str(event["STATUS"]) for event in found.values()} == {"CONFIRMED", "CANCELLED"}
    assert all(event.end > datetime.now(UTC) for event in found.values())


@pytest.mark.asyncio(loop_scope="session")
async def test_one_surgery_has_its_own_file(service: Client) -> None:
    uid, event = next(iter((await read_feed(service)).items()))

    found = await read_feed(service, f"/api/v1/teams/ladywood/surgeries/{occurrence_of(uid)}.ics")

    assert found == {uid: event}


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    "path", ["/api/v1/teams/none/surgeries.ics", "/api/v1/teams/ladywood/surgeries/none-20260101T1000.ics"]
)
async def test_an_unknown_team_or_surgery_is_a_problem(service: Client, path: str) -> None:
    async with service.get(path) as response:
        assert response.status == 404
        assert response.content_type == "application/problem+json"


@pytest.mark.asyncio(loop_scope="session")
async def test_a_client_with_the_current_feed_gets_304(service: Client) -> None:
    async with service.get(_FEED) as first:
        tag = first.headers["ETag"]

    async with service.get(_FEED, headers={"If-None-Match": tag}) as response:
        assert response.status == 304
        assert await response.read() == b""


@pytest.mark.asyncio(loop_scope="session")
async def test_the_page_offers_the_feed_to_subscribe_to(service: Client) -> None:
    async with service.get("/teams/ladywood/surgeries") as response:
        page = await response.text()

    assert f'href="webcal://{service.host}:{service.port}{_FEED}"' in page


@pytest.mark.parametrize(
    ("start", "offset"),
    [
        ("2026-03-28 18:00", 0),  # the clocks go forward at 1am on 29 March 2026, and back at 2am on 25 October
        ("2026-03-29 18:00", 1),
        ("2026-10-24 18:00", 1),
        ("2026-10-25 18:00", 0),
    ],
)
def test_a_surgery_keeps_its_time_of_day_on_the_weekends_when_the_clocks_change(start: str, offset: int) -> None:
    (event,) = events(make_surgery(start))

    assert event["DTSTART"].params["TZID"] == "Europe/London"
    assert event["DTSTART"].to_ical() == f"{wall(start):%Y%m%dT%H%M%S}".encode()
    assert event.decoded("DTSTART").utcoffset() == timedelta(hours=offset)


def test_a_surgery_over_the_repeated_hour_lasts_as_long_as_the_clock_says() -> None:
    (event,) = events(make_surgery("2026-10-25 00:30", "2026-10-25 03:30"))

    assert (event["DTSTART"].to_ical(), event["DTEND"].to_ical()) == (b"20261025T003000", b"20261025T033000")


def test_the_time_zone_is_two_short_rules() -> None:
    text = write_calendar("A team", [], {}, _PUBLISHED, "force.example")

    zone = text[text.index("BEGIN:VTIMEZONE") : text.index("END:VTIMEZONE")]
    assert zone.count("RRULE:FREQ=YEARLY") == 2
    assert len(zone) < 500


def test_a_cancelled_surgery_stays_in_the_feed_marked_as_cancelled() -> None:
    (event,) = events(make_surgery(), make_change("2026-11-05 18:00", reason="Snow is forecast."))

    assert str(event["STATUS"]) == "CANCELLED"
    assert str(event["SUMMARY"]) == "Cancelled: Drop-in at the library"
    assert str(event["DESCRIPTION"]) == "Snow is forecast."


def test_a_moved_surgery_keeps_its_id_and_names_its_former_time() -> None:
    moved = make_change(
        "2026-11-05 18:00", Status.MOVED, starts_at=wall("2026-11-06 19:00"), ends_at=wall("2026-11-06 20:00")
    )
    (event,) = events(make_surgery(), moved)

    assert str(event["UID"]) == "ladywood-library-20261105T1800@force.example"
    assert event["DTSTART"].to_ical() == b"20261106T190000"
    assert str(event["DESCRIPTION"]) == "Moved from 5 November 2026, 18:00."


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (None, "Access: Step-free; by the side, door."),
        ({"status": Status.CANCELLED, "reason": "Snow."}, "Snow."),
        (
            {"status": Status.MOVED, "starts_at": wall("2026-11-06 19:00"), "reason": "Let."},
            "Moved from 5 November 2026, 18:00. Let.\nAccess: Step-free; by the side, door.",
        ),
        ({"status": Status.MOVED, "venue": TOWN_HALL}, "Not at the usual place."),
    ],
    ids=["held", "cancelled", "moved in time", "moved to a venue without a note"],
)
def test_an_event_has_the_access_note_of_its_current_venue(change: dict[str, Any] | None, says: str) -> None:
    surgery = make_surgery(venue=Venue("Hall", "", "", "Step-free; by the side, door."))

    (event,) = events(surgery, *([make_change("2026-11-05 18:00", **change)] if change else []))

    assert str(event["DESCRIPTION"]) == says


def test_text_with_commas_line_breaks_and_length_survives() -> None:
    title = "Cake; tea, and\ntalk " * 12
    venue = replace(TOWN_HALL, name="Hall, the old")

    (event,) = events(make_surgery(title=title, venue=venue))

    assert str(event["SUMMARY"]) == title
    assert str(event["LOCATION"]) == "Hall, the old, Victoria Square, B3 3DQ"


def test_an_event_carries_the_sequence_it_is_given() -> None:
    occurrence = make_occurrence()

    text = write_calendar("A team", [occurrence], {occurrence.id: 4}, _PUBLISHED, "force.example")

    (event,) = Calendar.from_ical(text).events
    assert event["SEQUENCE"] == 4


@pytest.mark.parametrize(
    ("change", "count"),
    [
        (lambda surgery: surgery, 0),
        (lambda surgery: replace(surgery, title="Another title"), 2),
        (lambda surgery: replace(surgery, venue=None), 2),
        (lambda surgery: replace(surgery, venue=replace(TOWN_HALL, access="Step-free.")), 2),
        (lambda surgery: replace(surgery, ends_at=surgery.ends_at + timedelta(hours=1)), 2),
        (lambda surgery: replace(surgery, recurrence="FREQ=WEEKLY;COUNT=3"), 0),
        (lambda surgery: replace(surgery, recurrence=""), 1),
        (lambda surgery: replace(surgery, id="another"), 2),
    ],
)
def test_an_occurrence_counts_as_changed_if_its_published_content_differs(
    change: Callable[[Surgery], Surgery], count: int
) -> None:
    surgery = make_surgery(recurrence="FREQ=WEEKLY;COUNT=2")
    old, new = make_directory(surgeries=(surgery,)), make_directory(surgeries=(change(surgery),))

    assert len(changed_occurrences(old, new, _PUBLISHED)) == count


async def test_the_sequence_rises_with_each_change_and_never_falls(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    client = await aiohttp_client(build_app(make_settings(), shipped_database))
    confirmed = (uid for uid, event in (await read_feed(client)).items() if str(event["STATUS"]) == "CONFIRMED")
    uid = occurrence_of(next(confirmed))
    seen: list[int] = []

    async def note_sequence(publication: int) -> None:
        async with connected(shipped_database) as connection:
            seen.append((await read_sequences(connection, publication)).get(uid, 0))

    await note_sequence(1)
    async with connected(shipped_database) as connection:
        for action in (Cancel("Ill."), Restore(), Move(online_url="https://example.org/meet")):
            await note_sequence((await change_surgery(connection, uid, action, made_by="a test")).number)
        back = await publish(
            connection, await plan_rollback(connection, Rollback(), PoliceForces.read()), made_by="t", note=""
        )
        await note_sequence(back.number)

    assert seen == [0, 1, 2, 3, 4]


async def test_other_surgeries_and_other_kinds_do_not_change_a_sequence(shipped_database: str) -> None:
    async with connected(shipped_database) as connection:
        first, second, *_ = (await read_live_directory(connection)).surgeries

        def retitle(directory: Directory) -> Directory:
            return replace(directory, surgeries=(replace(first, title="New"), *directory.surgeries[1:]))

        publication = await publish_directory(connection, retitle)
        raised = await read_sequences(connection, publication.number)

    assert any(uid.startswith(f"{first.id}-") for uid in raised)
    assert not any(uid.startswith(f"{second.id}-") for uid in raised)


async def test_a_scheduled_publication_does_not_change_the_feed_before_its_time(shipped_database: str) -> None:
    async with connected(shipped_database) as connection:
        await publish_directory(connection, lambda directory: replace(directory, surgeries=(), changes=()))

        assert await read_sequences(connection, 1) == {}
        assert await read_sequences(connection, 2) != {}


async def test_a_removed_surgery_that_returns_has_a_higher_sequence(shipped_database: str) -> None:
    async with connected(shipped_database) as connection:
        before = await read_live_directory(connection)
        await publish_directory(connection, lambda directory: replace(directory, surgeries=(), changes=()))
        back = await publish_directory(connection, lambda _: before)

        sequences = await read_sequences(connection, back.number)

    assert set(sequences.values()) == {1}
