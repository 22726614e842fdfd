"""Surgeries as iCalendar: one event per occurrence, because clients disagree about recurrence rules."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from icalendar import Calendar, Event, Timezone, vDuration

from finder.domain.surgery import LONDON, Occurrence, Status

_REFRESH: Final = timedelta(hours=1)

# Written out, because icalendar generates a list of all clock changes; these rules have applied since 1996.
_LONDON: Final = Timezone.from_ical(
    "BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\n"
    "BEGIN:DAYLIGHT\r\nTZNAME:BST\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\n"
    "DTSTART:19960331T010000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n"
    "BEGIN:STANDARD\r\nTZNAME:GMT\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\n"
    "DTSTART:19961027T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\n"
    "END:VTIMEZONE\r\n"
)


def write_calendar(
    name: str, occurrences: Iterable[Occurrence], sequences: Mapping[str, int], published_at: datetime, domain: str
) -> str:
    """Returns a feed of occurrences; `sequences` has the SEQUENCE of each occurrence that was ever changed, by id.

    `domain` is the deployment's own name: with it a UID differs from those of any other deployment.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//neighbourhood-finder//surgeries//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", vDuration(_REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(_REFRESH))
    calendar.add_component(_LONDON)
    for occurrence in occurrences:
        calendar.add_component(_event(occurrence, sequences.get(occurrence.id, 0), published_at, domain))
    text: bytes = calendar.to_ical()
    return text.decode()


def _event(occurrence: Occurrence, sequence: int, published_at: datetime, domain: str) -> Event:
    event = Event()
    event.add("uid", f"{occurrence.id}@{domain}")
    event.add("sequence", sequence)
    event.add("dtstamp", published_at)
    event.add("dtstart", occurrence.starts_at.astimezone(LONDON))
    event.add("dtend", occurrence.ends_at.astimezone(LONDON))
    cancelled = occurrence.status is Status.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("summary", f"Cancelled: {occurrence.surgery.title}" if cancelled else occurrence.surgery.title)
    if occurrence.venue:
        venue = occurrence.venue
        event.add("location", ", ".join(filter(None, [venue.name, venue.address, venue.postcode])))
    if occurrence.online_url:
        event.add("url", occurrence.online_url)
    if description := _description(occurrence):
        event.add("description", description)
    return event


def _moved(occurrence: Occurrence) -> str:
    if occurrence.moved_from is None:
        return ""
    if occurrence.moved_from == occurrence.starts_at:
        return "Not at the usual place."
    return f"Moved from {occurrence.moved_from:%-d %B %Y, %H:%M}."


def _description(occurrence: Occurrence) -> str:
    """Returns how it differs from the usual, then how to get in unless it is cancelled, each on its own line."""
    moved = _moved(occurrence)
    held_at = None if occurrence.status is Status.CANCELLED else occurrence.venue
    access = f"Access: {held_at.access}" if held_at and held_at.access else ""
    return "\n".join(filter(None, [" ".join(filter(None, [moved, occurrence.reason])), access]))
