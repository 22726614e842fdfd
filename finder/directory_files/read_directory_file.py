"""Reads a directory file: each row becomes a record, such as an officer or a surgery."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from finder.directory_files.officer_rows import read_officer
from finder.directory_files.placeholders import is_placeholder
from finder.directory_files.read_rows import read_rows
from finder.directory_files.reading_options import DEFAULT_OPTIONS, ReadingOptions
from finder.directory_files.row import Row
from finder.directory_files.source_table import DirectoryFile
from finder.directory_files.surgery_rows import read_surgery
from finder.domain.directory import Coverage
from finder.domain.release import Part
from finder.domain.surgery import Change, Surgery
from finder.domain.team import CONTACT_KEYS, TELEPHONE_CONTACTS, WEB_CONTACTS, Officer, Priority, TeamRecord
from geodata.check_report import Report
from geodata.progress import NO_PROGRESS, Progress
from geodata.readers.supplied_files import start_reading_step

Record: TypeAlias = TeamRecord | Coverage | Officer | Priority | Surgery | Change


class Numbered(NamedTuple):
    """A record and the row of the file from which it was read."""

    row: int
    record: Record


def read_part(
    part: Part,
    path: Path,
    report: Report,
    options: ReadingOptions = DEFAULT_OPTIONS,
    progress: Progress = NO_PROGRESS,
) -> list[Numbered]:
    """Returns the records of the rows without a fault, and reports the faults of the others."""
    file = DirectoryFile(path, options, start_reading_step(part, path, progress))
    return list(_records(part, file, report))


def _records(part: Part, file: DirectoryFile, report: Report) -> Iterator[Numbered]:
    for row in read_rows(file, part, report):
        row.report_unreadable_cells()
        records = list(_READERS[part](row))
        if not row.faulty:
            yield from (Numbered(row.number, record) for record in records)


def _team(row: Row) -> Iterator[TeamRecord]:
    if row["id"] == _RESERVED_ID:
        row.fault("id", "an id that addresses keep for the list of teams.", "Choose another, like the team's name.")
    contact = {key: text for key in CONTACT_KEYS if (text := _contact(row, key))}
    yield TeamRecord(
        id=row.identifier("id"),
        name=row.required("name"),
        force_id=row.identifier("force_id"),
        area=row.required("area"),
        description=row["description"],
        contact=contact,
    )


def _contact(row: Row, key: str) -> str:
    if row[key] and is_placeholder(row[key]):
        row.note(key, "nothing is known yet: the cell is left empty.")
        return ""
    if key in WEB_CONTACTS or "://" in row[key]:
        return row.web_address(key)
    if key == "email":
        return row.email(key)
    return row.telephone(key) if key in TELEPHONE_CONTACTS else row[key]


def _coverage(row: Row) -> Iterator[Coverage]:
    yield Coverage(row.gss_code("gss_code"), row.required("team_id"))


def _priority(row: Row) -> Iterator[Priority]:
    issued_on, action_on = row.day("issued_on"), row.day("action_on")
    if issued_on is None:
        row.required("issued_on")
        return
    yield Priority(row.required("team_id"), row.required("issue"), issued_on, row["action"], action_on)


# data.police.uk lists the teams of a force at {force}/neighbourhoods, which would be the address of that team too.
_RESERVED_ID: Final = "neighbourhoods"
_READERS: Final[dict[Part, Callable[[Row], Iterable[Record]]]] = {
    Part.TEAMS: _team,
    Part.COVERAGE: _coverage,
    Part.OFFICERS: read_officer,
    Part.PRIORITIES: _priority,
    Part.SURGERIES: read_surgery,
}
