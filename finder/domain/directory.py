"""The directory: teams, which wards they cover, their people, priorities and surgeries; one release, five files."""

from dataclasses import dataclass

from finder.domain.surgery import Change, Surgery
from finder.domain.team import Officer, Priority, TeamRecord


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which team has a ward; the code may be of a ward that is not live, or not yet."""

    gss_code: str
    team_id: str


@dataclass(frozen=True, slots=True)
class Directory:
    """Every row of a directory release, in the files' order."""

    teams: tuple[TeamRecord, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    officers: tuple[Officer, ...] = ()
    priorities: tuple[Priority, ...] = ()
    surgeries: tuple[Surgery, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        parts = (self.teams, self.coverage, self.officers, self.priorities, self.surgeries, self.changes)
        return sum(len(part) for part in parts)
