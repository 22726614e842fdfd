"""Surgeries that recur, so that there are always upcoming ones, with exceptions at one showpiece of a team."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from dateutil.rrule import rrulestr

from scripts.shipped_data.example_directory.repeatable_choices import pick, rank, shuffled
from scripts.shipped_data.example_directory.teams import Team
from scripts.shipped_data.example_directory.texts import (
    ACCESS_NOTES,
    CANCELLED_REASONS,
    HOURS,
    MOVED_REASON,
    ONLINE,
    PLACE,
    PLACES,
    RECURRENCES,
    WEB,
    Place,
)

SHOWPIECE: Final = "E05011151"
"""Ladywood, the ward of the README's B2 4QA: its team shows every kind of surgery there is."""
ONLINE_ONE_IN: Final = 12
FIRST_DAY: Final = date(2026, 1, 1)
EXCEPTIONS_FROM: Final = date(2026, 10, 1)
EXCEPTIONS_UNTIL: Final = date(2031, 1, 1)
CANCELLED_MONTHS: Final = (3, 6, 9, 12)
MOVED_MONTHS: Final = (1, 4, 7, 10)


class Surgery(NamedTuple):
    """A row of surgeries.csv: a series, or an exception to one where `occurrence` is given."""

    id: str
    team_id: str
    title: str = ""
    starts_at: str = ""
    ends_at: str = ""
    recurrence: str = ""
    venue_name: str = ""
    venue_address: str = ""
    venue_postcode: str = ""
    venue_access: str = ""
    online_url: str = ""
    occurrence: str = ""
    status: str = ""
    reason: str = ""


def surgery_rows(team: Team) -> Iterator[Surgery]:
    """One to three series a team, a few of them online; Ladywood's team shows every kind, exceptions included."""
    if any(ward.gss_code == SHOWPIECE for ward in team.wards):
        yield from showpiece_rows(team)
        return
    series = [ordinary_series(team, place) for place in _places(team)]
    if rank(team.id, "online") % ONLINE_ONE_IN == 0:
        series.append(online_series(team))
    yield from sorted(series)


def _places(team: Team) -> Sequence[Place]:
    return shuffled(PLACES, team.id, "place")[: 1 + rank(team.id, "series") % 2]


def ordinary_series(team: Team, place: Place) -> Surgery:
    """A series at an invented venue, its rule and hours picked by team and place."""
    opens, closes = pick(HOURS, team.id, place.id, "hours")
    recurrence = pick(RECURRENCES, team.id, place.id, "recurrence")
    day = FIRST_DAY + timedelta(days=rank(team.id, place.id, "day") % 14)
    series = _series(team, place, recurrence, first(recurrence, day, opens), closes)
    return series._replace(**venue(team, place))


def online_series(team: Team) -> Surgery:
    """A monthly series without a venue."""
    recurrence = "FREQ=MONTHLY;BYDAY=3WE"
    starts_at = first(recurrence, FIRST_DAY, time(19, 0))
    series = _series(team, ONLINE, recurrence, starts_at, time(20, 0))
    return series._replace(online_url=f"{WEB}/meet/{team.id}")


def _series(team: Team, place: Place, recurrence: str, starts_at: datetime, closes: time) -> Surgery:
    ends_at = datetime.combine(starts_at, closes)
    return Surgery(f"{team.id}-{place.id}", team.id, place.title, _text(starts_at), _text(ends_at), recurrence)


def first(recurrence: str, day: date, opens: time) -> datetime:
    """The first start on or after the day that the rule itself gives; wall-clock time of Europe/London."""
    return occurrences(recurrence, datetime.combine(day, opens))[0]


def occurrences(recurrence: str, starts_at: datetime) -> list[datetime]:
    """Every start of a series before the exceptions end."""
    rule = rrulestr(recurrence, dtstart=starts_at)
    return rule.between(starts_at, datetime.combine(EXCEPTIONS_UNTIL, time()), inc=True)


def venue(team: Team, place: Place) -> dict[str, str]:
    """The venue's fields: an invented name, street and access note, a real postcode of one of the team's wards."""
    ward = pick(team.wards, team.id, place.id, "ward")
    number = 1 + rank(team.id, place.id, "number") % 99
    return {
        "venue_name": f"{place.venue}, {ward.name}",
        "venue_address": f"{number} Example Street, {ward.name}",
        "venue_postcode": pick(ward.postcodes, team.id, place.id, "postcode"),
        "venue_access": pick(ACCESS_NOTES, team.id, place.id, "note"),
    }


def showpiece_rows(team: Team) -> Iterator[Surgery]:
    """A Thursday series with moved occurrences, a library one with cancelled ones, and one online."""
    centre, library = PLACE["community-centre"], PLACE["library"]
    thursdays, saturdays = "FREQ=MONTHLY;BYDAY=1TH", "FREQ=MONTHLY;BYDAY=2SA"
    evening, morning = first(thursdays, FIRST_DAY, time(18, 0)), first(saturdays, FIRST_DAY, time(10, 0))
    yield _series(team, centre, thursdays, evening, time(19, 0))._replace(**venue(team, centre))
    for start in quarterly(thursdays, evening, MOVED_MONTHS):
        yield moved(team, start)
    yield _series(team, library, saturdays, morning, time(11, 30))._replace(**venue(team, library))
    for start in quarterly(saturdays, morning, CANCELLED_MONTHS):
        yield cancelled(team, start)
    yield online_series(team)


def quarterly(recurrence: str, starts_at: datetime, months: Sequence[int]) -> Iterator[datetime]:
    """The starts that get an exception, so that one is never far ahead whenever the demonstration is run."""
    for start in occurrences(recurrence, starts_at):
        if start.date() >= EXCEPTIONS_FROM and start.month in months:
            yield start


def moved(team: Team, start: datetime) -> Surgery:
    """Thursday's surgery held on the Tuesday after, half an hour later and elsewhere."""
    starts_at = start + timedelta(days=5, minutes=30)
    return Surgery(
        f"{team.id}-community-centre",
        team.id,
        starts_at=_text(starts_at),
        ends_at=_text(starts_at + timedelta(hours=1)),
        occurrence=_text(start),
        status="moved",
        reason=MOVED_REASON,
        **venue(team, PLACE["church-hall"]),
    )


def cancelled(team: Team, start: datetime) -> Surgery:
    """Saturday's surgery that is not held."""
    reason = pick(CANCELLED_REASONS, start.isoformat())
    return Surgery(f"{team.id}-library", team.id, occurrence=_text(start), status="cancelled", reason=reason)


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
