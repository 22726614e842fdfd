"""Reads a row as what its part of the directory has: a team, an officer, a surgery and so on."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from finder.directory_files.officer_rows import read_officer
from finder.directory_files.row import Row
from finder.directory_files.surgery_rows import read_surgery
from finder.directory_files.team_rows import read_team
from finder.domain.directory import Coverage
from finder.domain.release import Part
from finder.domain.surgery import Change, Surgery
from finder.domain.team import Officer, Priority, TeamRecord

Record: TypeAlias = TeamRecord | Coverage | Officer | Priority | Surgery | Change


def _coverage(row: Row) -> Iterator[Coverage]:
    yield Coverage(row.gss_code("gss_code"), row.required("team_id"))


def _priority(row: Row) -> Iterator[Priority]:
    issued_on, action_on = row.day("issued_on"), row.day("action_on")
    if issued_on is None:
        row.required("issued_on")
        return
    yield Priority(row.required("team_id"), row.required("issue"), issued_on, row["action"], action_on)


READERS: Final[dict[Part, Callable[[Row], Iterable[Record]]]] = {
    Part.TEAMS: read_team,
    Part.COVERAGE: _coverage,
    Part.OFFICERS: read_officer,
    Part.PRIORITIES: _priority,
    Part.SURGERIES: read_surgery,
}
