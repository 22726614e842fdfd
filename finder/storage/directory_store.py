"""Directories: all rows of a release are written at once and read at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final, TypeVar

from finder.domain.directory import Coverage, Directory
from finder.domain.surgery import Change, Status, Surgery, Venue
from finder.domain.team import CONTACT_KEYS, Officer, Priority, TeamRecord
from finder.storage.bulk_copy import copy_rows
from finder.storage.connections import Connection
from finder.storage.sql_queries import query

Row = TypeVar("Row")
_ROWS_AT_ONCE: Final = 400

_VENUE = ("venue_name", "venue_address", "venue_postcode", "venue_access")
_TEAM = ("release", "position", "id", "name", "force_id", "area", "description", "contact")
_COVERAGE = ("release", "gss_code", "team")
_SURGERY = (
    "release", "position", "id", "team", "title", "starts_at", "ends_at", "recurrence", *_VENUE, "online_url",
)  # fmt: skip
_CHANGE = (
    "release", "surgery", "occurrence", "status", "starts_at", "ends_at", *_VENUE, "online_url", "reason",
)  # fmt: skip


async def insert(connection: Connection, release: int, directory: Directory) -> None:
    """COPY the rows of a new release, in the caller's transaction."""
    tables: tuple[tuple[str, tuple[str, ...], list[tuple[object, ...]]], ...] = (
        ("team", _TEAM, [(release, n, *_team_row(team)) for n, team in enumerate(directory.teams)]),
        ("coverage", _COVERAGE, [(release, each.gss_code, each.team_id) for each in directory.coverage]),
        ("officer", _plain_columns(Officer), _plain_rows(release, directory.officers)),
        (
            "priority",
            _plain_columns(Priority),
            _plain_rows(release, directory.priorities),
        ),
        ("surgery", _SURGERY, [(release, n, *_surgery_row(s)) for n, s in enumerate(directory.surgeries)]),
        ("surgery_change", _CHANGE, [(release, *_change_row(change)) for change in directory.changes]),
    )
    for table, columns, records in tables:
        await copy_rows(connection, table, columns, records)


async def read(connection: Connection, release: int) -> Directory:
    """Every row of a release, in the order of its files.

    Rows are fetched in blocks. Those of the country's 8,000 teams take twice the memory of the objects made from them,
    and making all objects at once would delay requests.
    """
    texts = _Texts()

    async def part(name: str, make: Callable[[dict[str, Any]], Row]) -> tuple[Row, ...]:
        found: list[Row] = []
        async with connection.transaction():  # a cursor needs one
            cursor = await connection.cursor(query(f"read_{name}"), release)
            while rows := await cursor.fetch(_ROWS_AT_ONCE):
                found += [make(texts.of(row.items())) for row in rows]
        return tuple(found)

    return Directory(
        teams=await part("teams", lambda row: TeamRecord(**{**row, "contact": _contact(row["contact"], texts)})),
        coverage=await part("coverage", lambda row: Coverage(row["gss_code"], row["team"])),
        officers=await part("officers", lambda row: Officer(**_by_team(row))),
        priorities=await part("priorities", lambda row: Priority(**_by_team(row))),
        surgeries=await part("surgeries", _surgery),
        changes=await part("surgery_changes", _change),
    )


def _team_row(team: TeamRecord) -> tuple[object, ...]:
    return team.id, team.name, team.force_id, team.area, team.description, dict(team.contact)


def _plain_columns(record_type: type[Officer | Priority]) -> tuple[str, ...]:
    """Returns the columns of a table that has one for each field of its records."""
    return "release", "position", *("team" if each.name == "team_id" else each.name for each in fields(record_type))


def _plain_rows(release: int, records: Sequence[Officer | Priority]) -> list[tuple[object, ...]]:
    return [
        (release, position, *(getattr(record, each.name) for each in fields(record)))
        for position, record in enumerate(records)
    ]


def _surgery_row(surgery: Surgery) -> tuple[object, ...]:
    head = (surgery.id, surgery.team_id, surgery.title, surgery.starts_at, surgery.ends_at, surgery.recurrence)
    return *head, *_venue_row(surgery.venue), surgery.online_url


def _change_row(change: Change) -> tuple[object, ...]:
    head = (change.surgery_id, change.occurrence, change.status, change.starts_at, change.ends_at)
    return *head, *_venue_row(change.venue), change.online_url, change.reason


def _venue_row(venue: Venue | None) -> tuple[str | None, str | None, str | None, str]:
    return (venue.name, venue.address, venue.postcode, venue.access) if venue else (None, None, None, "")


class _Texts(dict[str, str]):
    """Interned texts: a text that many rows have, such as a force's id, is kept in memory once."""

    def __missing__(self, text: str) -> str:
        self[text] = text
        return text

    def of(self, values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """A row with its texts interned, by column."""
        return {name: self[value] if isinstance(value, str) else value for name, value in values}


def _contact(held: Mapping[str, str], texts: _Texts) -> dict[str, str]:
    return {key: texts[held[key]] for key in CONTACT_KEYS if key in held}


def _by_team(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"team_id" if column == "team" else column: value for column, value in row.items()}


def _surgery(row: Mapping[str, Any]) -> Surgery:
    plain = {column: row[column] for column in ("id", "title", "starts_at", "ends_at", "recurrence", "online_url")}
    return Surgery(team_id=row["team"], venue=_venue(row), **plain)


def _change(row: Mapping[str, Any]) -> Change:
    plain = {column: row[column] for column in ("occurrence", "starts_at", "ends_at", "online_url", "reason")}
    return Change(surgery_id=row["surgery"], status=Status(row["status"]), venue=_venue(row), **plain)


def _venue(row: Mapping[str, Any]) -> Venue | None:
    name = row["venue_name"]
    return None if name is None else Venue(name, row["venue_address"], row["venue_postcode"], row["venue_access"])
