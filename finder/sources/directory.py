"""Directory files -> records, each with the row it came from."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from finder.domain.directory import Coverage
from finder.domain.release import Part
from finder.domain.surgery import Change, Status, Surgery, Venue, parse_recurrence
from finder.domain.team import CONTACT_KEYS, Officer, Priority, TeamRecord
from finder.sources.table import Row, read_rows
from geodata.report import Report

Record: TypeAlias = TeamRecord | Coverage | Officer | Priority | Surgery | Change

_FREQUENCIES: Final = ("FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY")
_VENUE: Final = ("venue_name", "venue_address", "venue_postcode")


class Numbered(NamedTuple):
    """A record and the row of the file that it came from."""

    row: int
    record: Record


class Layout(NamedTuple):
    """The columns of one kind of file, and how a row of it is read."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    parse: Callable[[Row], Record | None]


def read_part(part: Part, path: Path, report: Report) -> list[Numbered]:
    """Every sound row of a directory file; what is wrong with the others is in the report."""
    layout = LAYOUTS[part]
    return list(_records(layout, path, report))


def _records(layout: Layout, path: Path, report: Report) -> Iterator[Numbered]:
    for row in read_rows(path, layout.required, layout.optional, report):
        record = layout.parse(row)
        if record is not None and not row.faulty:
            yield Numbered(row.number, record)


def _team(row: Row) -> TeamRecord:
    return TeamRecord(
        id=row.identifier("id"),
        name=row.required("name"),
        force_id=row.identifier("force_id"),
        area=row.required("area"),
        description=row["description"],
        contact={key: row[key] for key in CONTACT_KEYS if row[key]},
    )


def _coverage(row: Row) -> Coverage:
    return Coverage(row.gss_code("gss_code"), row.required("team_id"))


def _officer(row: Row) -> Officer:
    return Officer(row.required("team_id"), row.required("name"), row.required("rank"))


def _priority(row: Row) -> Priority | None:
    issued_on = row.date("issued_on")
    if issued_on is None:
        row.required("issued_on")
        return None
    return Priority(row.required("team_id"), row.required("issue"), issued_on, row["action"], row.date("action_on"))


def _surgery(row: Row) -> Surgery | Change | None:
    return _change(row) if row["occurrence"] or row["status"] else _series(row)


def _series(row: Row) -> Surgery | None:
    starts_at, ends_at = row.wall_clock("starts_at"), row.wall_clock("ends_at")
    if starts_at is None or ends_at is None:
        row.required("starts_at")
        row.required("ends_at")
        return None
    if ends_at <= starts_at:
        row.fault("ends_at", "the surgery ends before it starts.", f"It starts at {row['starts_at']}.")
    venue = _venue(row)
    if venue is None and not row["online_url"]:
        row.fault("venue_name", "a surgery needs a place.", "Give a venue, or online_url for one held online.")
    recurrence = row["recurrence"].removeprefix("RRULE:").upper()
    surgery = Surgery(
        row.identifier("id"), row.required("team_id"), row.required("title"), starts_at, ends_at, recurrence, venue,
        row["online_url"],
    )  # fmt: skip
    if recurrence:
        _check_recurrence(row, surgery)
    return surgery


def _check_recurrence(row: Row, surgery: Surgery) -> None:
    remedy = "Write it like FREQ=MONTHLY;BYDAY=1TH, or leave it empty for a single date."
    if not any(each in _FREQUENCIES for each in surgery.recurrence.split(";")):
        row.fault("recurrence", "not a recurrence by day, week, month or year.", remedy)
        return
    try:
        rule = parse_recurrence(surgery.recurrence, surgery.starts_at)
        first = next(iter(rule), None)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        row.fault("recurrence", "not a recurrence that can be read.", remedy)
        return
    if first != surgery.starts_at:
        would = f"The first would be {first:%Y-%m-%d %H:%M}." if first else "The rule gives no date at all."
        row.fault("starts_at", "the first date does not fit the recurrence.", f"{would} Mend one of them.")


def _change(row: Row) -> Change | None:
    occurrence = row.wall_clock("occurrence")
    if occurrence is None:
        row.required("occurrence")
        return None
    if row["status"] not in (Status.CANCELLED, Status.MOVED):
        row.fault("status", "no such status.", "Write cancelled or moved, or leave occurrence and status empty.")
        return None
    starts_at, ends_at = row.wall_clock("starts_at"), row.wall_clock("ends_at")
    if starts_at and ends_at and ends_at <= starts_at:
        row.fault("ends_at", "the surgery ends before it starts.", f"It starts at {row['starts_at']}.")
    return Change(
        row.identifier("id"), occurrence, Status(row["status"]), starts_at, ends_at, _venue(row), row["online_url"],
        row["reason"],
    )  # fmt: skip


def _venue(row: Row) -> Venue | None:
    name, address, postcode = (row[column] for column in _VENUE)
    if not name and (address or postcode):
        row.fault("venue_name", "a venue needs a name.", "Fill it in.")
    return Venue(name, address, postcode) if name else None


LAYOUTS: Final[dict[Part, Layout]] = {
    Part.TEAMS: Layout(("id", "name", "force_id", "area"), ("description", *CONTACT_KEYS), _team),
    Part.COVERAGE: Layout(("gss_code", "team_id"), (), _coverage),
    Part.OFFICERS: Layout(("team_id", "name", "rank"), (), _officer),
    Part.PRIORITIES: Layout(("team_id", "issue", "issued_on"), ("action", "action_on"), _priority),
    Part.SURGERIES: Layout(
        ("id", "team_id", "title", "starts_at", "ends_at", "recurrence"),
        (*_VENUE, "online_url", "occurrence", "status", "reason"),
        _surgery,
    ),
}
