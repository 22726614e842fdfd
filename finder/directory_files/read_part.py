"""Directory files -> records, each with the row it came from."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from finder.directory_files.columns import COLUMNS
from finder.directory_files.named_columns import Row, Supplied, read_rows
from finder.directory_files.surgery_rows import read_surgery
from finder.domain.directory import Coverage
from finder.domain.release import Part
from finder.domain.surgery import Change, Surgery
from finder.domain.team import CONTACT_KEYS, WEB_CONTACTS, Officer, Priority, TeamRecord
from geodata.findings import Report
from geodata.readers.sandbox.parent import Tell
from geodata.readers.supplied_files import STANDARD_LIMITS, Limits

Record: TypeAlias = TeamRecord | Coverage | Officer | Priority | Surgery | Change


class Numbered(NamedTuple):
    """A record and the row of the file that it came from."""

    row: int
    record: Record


def read_part(
    part: Part, path: Path, report: Report, limits: Limits = STANDARD_LIMITS, tell: Tell = lambda _: None
) -> list[Numbered]:
    """Every sound row of a directory file; what is wrong with the others is in the report.

    `tell` is told the share of the file that has been read, as quarantine.py says.
    """
    return list(_records(part, Supplied(path, limits, tell), report))


def _records(part: Part, supplied: Supplied, report: Report) -> Iterator[Numbered]:
    for row in read_rows(supplied, COLUMNS[part], part.value, report):
        row.refuse_what_nobody_can_read()
        records = list(_READERS[part](row))
        if not row.faulty:
            yield from (Numbered(row.number, record) for record in records)


def _team(row: Row) -> Iterator[TeamRecord]:
    if row["id"] == _LIST_OF_TEAMS:
        row.fault("id", "an id that addresses keep for the list of teams.", "Choose another, like the team's name.")
    contact = {key: _contact(row, key) for key in CONTACT_KEYS if row[key]}
    yield TeamRecord(
        id=row.identifier("id"),
        name=row.required("name"),
        force_id=row.identifier("force_id"),
        area=row.required("area"),
        description=row["description"],
        contact=contact,
    )


def _contact(row: Row, key: str) -> str:
    if key in WEB_CONTACTS:
        return row.web_address(key)
    return row.telephone(key) if key in _NUMBERS else row[key]


def _coverage(row: Row) -> Iterator[Coverage]:
    yield Coverage(row.gss_code("gss_code"), row.required("team_id"))


def _officer(row: Row) -> Iterator[Officer]:
    yield Officer(row.required("team_id"), row.required("name"), row.required("rank"))


def _priority(row: Row) -> Iterator[Priority]:
    issued_on, action_on = row.day("issued_on"), row.day("action_on")
    if issued_on is None:
        row.required("issued_on")
        return
    yield Priority(row.required("team_id"), row.required("issue"), issued_on, row["action"], action_on)


# data.police.uk has the list of a force at {force}/neighbourhoods, where a team with that id would be.
_LIST_OF_TEAMS: Final = "neighbourhoods"
_NUMBERS: Final = frozenset({"telephone", "mobile", "fax"})
_READERS: Final[dict[Part, Callable[[Row], Iterable[Record]]]] = {
    Part.TEAMS: _team,
    Part.COVERAGE: _coverage,
    Part.OFFICERS: _officer,
    Part.PRIORITIES: _priority,
    Part.SURGERIES: read_surgery,
}
