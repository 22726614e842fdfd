"""What differs between two publications: wards, postcodes by ward and team, and the directory's rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from finder.domain.release import Part
from geodata.ward_changes import WardChanges

NOT_LISTED = -1
_ROWS_AT_ONCE: Final = 4096


class PostcodeMove(NamedTuple):
    """A postcode that changes ward or team, is new, or is gone. A code or id is empty if there is no ward or team."""

    postcode: str
    ward_before: str
    ward_after: str
    team_before: str
    team_after: str
    listed: str  # "both", "new" or "gone"


@dataclass(frozen=True, slots=True)
class PostcodeMoves:
    """Every postcode that has a PostcodeMove, in order. They are arrays, because there may be 1.7 million.

    `wards` and `teams` have shape (n, 2): positions in `ward_codes` and `team_ids`, before and after. NOT_LISTED means
    that this side does not have the postcode. The first code and the first id are empty: no ward, no team.
    """

    postcodes: NDArray[np.bytes_]
    wards: NDArray[np.intp]
    teams: NDArray[np.intp]
    ward_codes: tuple[str, ...]
    team_ids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.postcodes)

    def __iter__(self) -> Iterator[PostcodeMove]:
        for key, (old_ward, new_ward), (old_team, new_team) in self._rows():
            compact = key.decode("ascii").strip()
            yield PostcodeMove(
                postcode=f"{compact[:-3]} {compact[-3:]}",
                ward_before=_named(self.ward_codes, old_ward),
                ward_after=_named(self.ward_codes, new_ward),
                team_before=_named(self.team_ids, old_team),
                team_after=_named(self.team_ids, new_team),
                listed="new" if old_ward == NOT_LISTED else "gone" if new_ward == NOT_LISTED else "both",
            )

    def _rows(self) -> Iterator[tuple[bytes, list[int], list[int]]]:
        """Converted in blocks: as Python objects, all of them would take ten times the memory."""
        for start in range(0, len(self), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            yield from zip(
                self.postcodes[part].tolist(), self.wards[part].tolist(), self.teams[part].tolist(), strict=True
            )


def _named(names: Sequence[str], place: int) -> str:
    return "" if place == NOT_LISTED else names[place]


class Flow(NamedTuple):
    """How many postcodes move from one team to another. An id is empty for no team."""

    before: str
    after: str
    postcodes: int


class TeamCount(NamedTuple):
    """A team's number of postcodes before and after; `joining` and `leaving` count those that both sides have."""

    team_id: str
    before: int
    after: int
    joining: int
    leaving: int


@dataclass(frozen=True, slots=True)
class PostcodeChanges:
    """How many postcodes are new, gone or change ward or team, and which."""

    before: int
    after: int
    new: int
    gone: int
    change_ward: int
    change_team: int
    teams: tuple[TeamCount, ...]
    flows: tuple[Flow, ...]
    moves: PostcodeMoves


@dataclass(frozen=True, slots=True)
class RowChanges:
    """Rows of one part of the directory, each described in words that start with the team."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that one publication changes compared with another."""

    wards: WardChanges
    postcodes: PostcodeChanges
    directory: Mapping[Part, RowChanges]
