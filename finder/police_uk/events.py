"""Surgeries as events, in the shape of data.police.uk."""

from datetime import datetime

import msgspec

from finder.domain.surgery import LONDON, Occurrence, Status


class PoliceEvent(msgspec.Struct, frozen=True):
    """A surgery; times are on the clocks of the United Kingdom, without offset or fraction."""

    title: str
    type: str
    description: str
    address: str
    contact_details: dict[str, str]
    start_date: str
    end_date: str


def event(occurrence: Occurrence) -> PoliceEvent:
    """Returns a surgery. The shape has no status, so the title says if it is cancelled or moved."""
    mark = "" if occurrence.status is Status.CONFIRMED else f"{occurrence.status.value.capitalize()}: "
    venue = occurrence.venue
    return PoliceEvent(
        title=f"{mark}{occurrence.surgery.title}",
        type="meeting",
        description=occurrence.reason,
        address=", ".join(filter(None, (venue.name, venue.address, venue.postcode))) if venue else "",
        contact_details={"web": occurrence.online_url} if occurrence.online_url else {},
        start_date=_clock_time(occurrence.starts_at),
        end_date=_clock_time(occurrence.ends_at),
    )


def _clock_time(moment: datetime) -> str:
    """Returns the time on the clocks of the United Kingdom, without its offset."""
    return f"{moment.astimezone(LONDON):%Y-%m-%dT%H:%M:%S}"
