"""Releases (checked sets of one kind), publications (the choice of one of each), and what they came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a release is a set of."""

    POSTCODES = "postcodes"
    WARDS = "wards"
    DIRECTORY = "directory"


class Part(StrEnum):
    """What one file has: all of a kind, or one part of the directory."""

    POSTCODES = "postcodes"
    WARDS = "wards"
    TEAMS = "teams"
    COVERAGE = "coverage"
    OFFICERS = "officers"
    PRIORITIES = "priorities"
    SURGERIES = "surgeries"

    @property
    def kind(self) -> Kind:
        """The kind of release that the part goes into."""
        return Kind(self) if self in (Part.POSTCODES, Part.WARDS) else Kind.DIRECTORY


@dataclass(frozen=True, slots=True)
class Source:
    """The file that a part of a release was read from, and who read it."""

    part: Part
    name: str
    sha256: str
    size: int
    loaded_by: str
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class Release:
    """One checked set of one kind; immutable once staged. `published_at` is when it first goes live.

    The rows of a `pruned` release have been deleted.
    """

    number: int
    kind: Kind
    rows: int
    warnings: int
    staged_at: datetime
    sources: tuple[Source, ...]
    published_at: datetime | None
    pruned: bool = False
    discarded: bool = False
    base: int | None = None

    @property
    def id(self) -> str:
        """The name that staff and answers use: ``wards-3``."""
        return f"{self.kind}-{self.number}"

    @property
    def source(self) -> str:
        """The names of the files that it was read from."""
        return ", ".join(source.name for source in self.sources)


@dataclass(frozen=True, slots=True)
class Publication:
    """A numbered choice of one release of each kind, live from `live_from` until a higher number is live.

    A `withdrawn` publication never goes live.
    """

    number: int
    live_from: datetime
    made_by: str
    note: str
    releases: Mapping[Kind, Release]
    withdrawn: bool = False

    @property
    def identity(self) -> tuple[int, datetime]:
        """Unique, unlike the number, which a database restored from a backup may give to another publication."""
        return self.number, self.live_from

    def changes(self, other: "Publication") -> tuple[Kind, ...]:
        """The kinds whose release differs between the two."""
        return tuple(kind for kind in Kind if self.releases[kind].number != other.releases[kind].number)


class Action(StrEnum):
    """A kind of action that the journal records."""

    LOAD = "load"
    REFUSE = "refuse"
    PUBLISH = "publish"
    SCHEDULE = "schedule"
    ROLL_BACK = "roll back"
    SURGERY = "surgery"
    WITHDRAW = "withdraw"
    PRUNE = "prune"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """What somebody did, for the journal; `errors` and `warnings` are counts from the report of a load."""

    who: str
    action: Action
    note: str
    source: Source | None = None
    errors: int | None = None
    warnings: int | None = None
    release: str | None = None
    publication: int | None = None


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An event in the journal, numbered and dated by the database, and never changed.

    `claims` are names that the environment of the command gave, and `database_role` is the role that wrote the entry.
    """

    number: int
    at: datetime
    event: AuditEvent
    claims: str = ""
    database_role: str = ""
    hash: str = ""
