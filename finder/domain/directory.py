"""The directory: teams, their wards, officers, priorities and surgeries. One release, read from five files."""

from dataclasses import dataclass

from finder.domain.surgery import Change, Surgery
from finder.domain.team import Officer, Priority, TeamRecord


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which team has a ward. The ward need not be live."""

    gss_code: str
    team_id: str


@dataclass(frozen=True, slots=True)
class Directory:
    """Every row of a directory release, in the order of the files."""

    teams: tuple[TeamRecord, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    officers: tuple[Officer, ...] = ()
    priorities: tuple[Priority, ...] = ()
    surgeries: tuple[Surgery, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def rows(self) -> int:
        """The number of rows of all parts."""
        parts = (self.teams, self.coverage, self.officers, self.priorities, self.surgeries, self.changes)
        return sum(len(part) for part in parts)
