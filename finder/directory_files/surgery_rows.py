"""Reads rows of the surgeries file: a row is a series, or a change of one occurrence."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from finder.directory_files.british_dates import UnreadableError
from finder.directory_files.recurrence_first_dates import first_two
from finder.directory_files.recurrence_words import Recurrence, parse_recurrence_words
from finder.directory_files.row import Row
from finder.domain.surgery import LONGEST_ACCESS, LONGEST_REASON, Change, Series, Status, Surgery, Venue
from finder.domain.surgery_moves import faults_of_times

_REMEDY: Final = "Write it like first Tuesday monthly, every 2 weeks or FREQ=MONTHLY;BYDAY=1TU, or leave it empty."


def read_surgery(row: Row) -> Iterator[Surgery | Change]:
    """Yields a series and a change for each of its exceptions, or one change."""
    if row["occurrence"] or row["status"]:
        yield from _change(row)
    else:
        yield from _series(row)


def _series(row: Row) -> Iterator[Surgery | Change]:
    starts_at, ends_at = _times(row)
    if starts_at is None or ends_at is None:
        row.required("starts_at")
        row.required("ends_at")
        return
    venue = _venue(row)
    if venue is None and not row["online_url"]:
        row.fault("venue_name", "a surgery needs a place.", "Give a venue, or online_url for one held online.")
    recurrence = _recurrence(row, starts_at)
    surgery = Surgery(
        row.identifier("id"), row.required("team_id"), row.required("title"), starts_at, ends_at, recurrence.rule,
        venue, row.web_address("online_url"),
    )  # fmt: skip
    yield surgery
    if not row.faulty:
        yield from _cancelled(row, surgery, recurrence)


def _times(row: Row) -> tuple[datetime | None, datetime | None]:
    """Returns start and end. A start without a date takes that of the `date` column, an end without one the start's."""
    row.split_times("starts_at", "ends_at")
    day = row.day("date")
    if row["date"] and day is None and row.is_time("starts_at"):
        return None, None  # the date is reported already, and the times have none without it
    starts_at = row.moment("starts_at", day)
    if day and starts_at and starts_at.date() != day:
        row.fault("date", "it is not the date of the start.", "Mend one, or give the start a time alone.")
    if starts_at is None and row["starts_at"] and row.is_time("ends_at"):
        return None, None  # the start is reported already, and the end has no date without it
    ends_at = row.moment("ends_at", starts_at.date() if starts_at else None)
    for fault in faults_of_times(starts_at, ends_at):
        row.fault(*fault)
    return starts_at, ends_at


def _recurrence(row: Row, starts_at: datetime) -> Recurrence:
    try:
        recurrence = parse_recurrence_words(row["recurrence"])
        dates = first_two(recurrence.rule, starts_at) if recurrence.rule else [starts_at]
    except UnreadableError as error:
        row.fault("recurrence", f"not a recurrence: {error}", _REMEDY)
        return Recurrence("")
    if dates[:1] != [starts_at]:
        would = f"The first would be {dates[0]:%Y-%m-%d %H:%M}." if dates else "The rule gives no date at all."
        row.fault("starts_at", "the first date does not fit the recurrence.", f"{would} Mend one of them.")
    return recurrence


def _cancelled(row: Row, surgery: Surgery, recurrence: Recurrence) -> Iterator[Change]:
    """Yields the dates that the recurrence leaves out as cancelled, so that residents who know the series see it."""
    series = Series(surgery, ())
    for day in recurrence.exceptions:
        occurrence = datetime.combine(day, surgery.starts_at.time())
        if not series.has(occurrence):
            problem = f"it leaves out {day:%-d %B %Y}, on which there is none anyway."
            row.fault("recurrence", problem, "Mend the date, or take it out.")
        yield Change(surgery.id, occurrence, Status.CANCELLED)


def _change(row: Row) -> Iterator[Change]:
    occurrence = row.moment("occurrence")
    if occurrence is None:
        row.required("occurrence")
        return
    status = row["status"].lower()
    if status not in (Status.CANCELLED, Status.MOVED):
        row.fault("status", "no such status.", "Write cancelled or moved, or leave occurrence and status empty.")
        return
    starts_at, ends_at = _times(row)
    yield Change(
        row.identifier("id"), occurrence, Status(status), starts_at, ends_at, _venue(row),
        row.web_address("online_url"), row.short("reason", LONGEST_REASON),
    )  # fmt: skip


def _venue(row: Row) -> Venue | None:
    name, address, postcode = row["venue_name"], row["venue_address"], row.postcode("venue_postcode")
    access = row.short("venue_access", LONGEST_ACCESS)
    if not name and (address or row["venue_postcode"] or access):
        row.fault("venue_name", "a venue needs a name.", "Fill it in.")
    return Venue(name, address, postcode, access) if name else None
