"""Compares two snapshots: which answers to residents would change. Pure: no I/O."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from finder.domain.difference import (
    NOT_LISTED,
    Difference,
    Flow,
    PostcodeChanges,
    PostcodeMoves,
    RowChanges,
    TeamCount,
)
from finder.domain.release import Part
from finder.domain.team import TeamRecord
from finder.snapshot.model import Snapshot
from geodata.progress import NO_PROGRESS, Progress
from geodata.ward_changes import compare_wards

_KEY: Final = "S7"

Rows = Mapping[tuple[str, ...], Hashable]
"""A part's rows by key, which is words with the team first; the value is everything that can change in a row."""


def compare(before: Snapshot | None, after: Snapshot, progress: Progress = NO_PROGRESS) -> Difference:
    """What `after` changes; `before` is None if nothing is live, and then everything is new."""
    old_wards = before.wards.wards if before else ()
    return Difference(
        wards=compare_wards(old_wards, after.wards.wards, progress),
        postcodes=_compare_postcodes(before, after),
        directory=_compare_directories(before, after),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """One snapshot's postcodes in order, with the positions of their wards and teams in lists that both sides share."""

    keys: NDArray[np.bytes_]
    wards: NDArray[np.intp]
    teams: NDArray[np.intp]

    @classmethod
    def of(cls, snapshot: Snapshot | None, codes: Sequence[str], ids: Sequence[str]) -> "_Side":
        if snapshot is None:
            return cls(np.empty(0, _KEY), np.empty(0, np.intp), np.empty(0, np.intp))
        code_places = {code: place for place, code in enumerate(codes)}
        id_places = {team_id: place for place, team_id in enumerate(ids)}
        own = [ward.gss_code for ward in snapshot.wards.wards]
        # A postcode in no ward has the position -1, so it gets the last element: no code and no team.
        wards = np.array([code_places[code] for code in own] + [0])
        teams = np.array([id_places[_team_id(snapshot, code)] for code in own] + [0])
        located = snapshot.postcodes.ward_positions
        return cls(snapshot.postcodes.keys, wards[located], teams[located])


def _compare_postcodes(before: Snapshot | None, after: Snapshot) -> PostcodeChanges:
    codes, ids = _codes(before, after), _ids(before, after)
    old, new = _Side.of(before, codes, ids), _Side.of(after, codes, ids)
    at_old, at_new = _in_both(old.keys, new.keys)
    gone, fresh = _others(len(old.keys), at_old), _others(len(new.keys), at_new)
    other_ward = old.wards[at_old] != new.wards[at_new]
    other_team = old.teams[at_old] != new.teams[at_new]
    moved = other_ward | other_team
    teams = np.column_stack([old.teams[at_old[other_team]], new.teams[at_new[other_team]]])
    return PostcodeChanges(
        before=len(old.keys),
        after=len(new.keys),
        new=len(fresh),
        gone=len(gone),
        change_ward=int(np.count_nonzero(other_ward)),
        change_team=int(np.count_nonzero(other_team)),
        teams=_count(ids, old.teams, new.teams, teams),
        flows=_flows(ids, teams),
        moves=_moves(old, new, _Places(at_old[moved], at_new[moved], gone, fresh), (codes, ids)),
    )


def _in_both(old: NDArray[np.bytes_], new: NDArray[np.bytes_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The positions in each list of the postcodes that both have. The two lists are usually the same."""
    if np.array_equal(old, new):
        everywhere = np.arange(len(old))
        return everywhere, everywhere
    _, at_old, at_new = np.intersect1d(old, new, assume_unique=True, return_indices=True)
    return at_old, at_new


def _others(size: int, places: NDArray[np.intp]) -> NDArray[np.intp]:
    """The positions below `size` that are not in `places`."""
    free = np.ones(size, dtype=bool)
    free[places] = False
    return np.flatnonzero(free)


@dataclass(frozen=True, slots=True)
class _Places:
    """The positions, on each side, of the postcodes that changed ward or team, are gone or are new."""

    moved_old: NDArray[np.intp]
    moved_new: NDArray[np.intp]
    gone: NDArray[np.intp]
    fresh: NDArray[np.intp]


def _moves(old: _Side, new: _Side, at: _Places, names: tuple[Sequence[str], Sequence[str]]) -> PostcodeMoves:
    keys = np.concatenate([new.keys[at.moved_new], old.keys[at.gone], new.keys[at.fresh]]).astype(_KEY)
    order = np.argsort(keys, kind="stable")

    def pairs(before: NDArray[np.intp], after: NDArray[np.intp]) -> NDArray[np.intp]:
        return np.concatenate(
            [
                np.column_stack([before[at.moved_old], after[at.moved_new]]),
                np.column_stack([before[at.gone], np.full(len(at.gone), NOT_LISTED)]),
                np.column_stack([np.full(len(at.fresh), NOT_LISTED), after[at.fresh]]),
            ]
        )[order]

    codes, ids = names
    return PostcodeMoves(
        keys[order], pairs(old.wards, new.wards), pairs(old.teams, new.teams), tuple(codes), tuple(ids)
    )


def _count(
    ids: Sequence[str], before: NDArray[np.intp], after: NDArray[np.intp], moved: NDArray[np.intp]
) -> tuple[TeamCount, ...]:
    """The teams whose postcodes change, by id."""
    size = len(ids)
    columns = [np.bincount(places, minlength=size) for places in (before, after, moved[:, 1], moved[:, 0])]
    rows = zip(ids, *(column.tolist() for column in columns), strict=True)
    counts = [TeamCount(*row) for row in rows]
    return tuple(each for each in counts[1:] if each.joining or each.leaving or each.before != each.after)


def _flows(ids: Sequence[str], moved: NDArray[np.intp]) -> tuple[Flow, ...]:
    """How many postcodes move from one team to another, the largest number first."""
    pairs, counts = np.unique(moved, axis=0, return_counts=True)
    flows = [Flow(ids[old], ids[new], count) for (old, new), count in zip(pairs.tolist(), counts.tolist(), strict=True)]
    return tuple(sorted(flows, key=lambda flow: (-flow.postcodes, flow.before, flow.after)))


def _codes(*snapshots: Snapshot | None) -> list[str]:
    wards = chain.from_iterable(snapshot.wards.wards for snapshot in snapshots if snapshot)
    return ["", *sorted({ward.gss_code for ward in wards})]


def _ids(*snapshots: Snapshot | None) -> list[str]:
    return ["", *sorted(set(chain.from_iterable(snapshot.teams for snapshot in snapshots if snapshot)))]


def _team_id(snapshot: Snapshot, gss_code: str) -> str:
    team = snapshot.team_of_ward.get(gss_code)
    return team.id if team else ""


def _compare_directories(before: Snapshot | None, after: Snapshot) -> dict[Part, RowChanges]:
    old, new = (_rows_of(snapshot) if snapshot else {} for snapshot in (before, after))
    return {part: _compare_rows(old.get(part, {}), rows) for part, rows in new.items()}


def _compare_rows(old: Rows, new: Rows) -> RowChanges:
    return RowChanges(
        added=_in_words(new.keys() - old.keys()),
        changed=_in_words(key for key in new.keys() & old.keys() if new[key] != old[key]),
        gone=_in_words(old.keys() - new.keys()),
    )


def _in_words(keys: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(": ".join((key[0], ", ".join(key[1:]))) if key[1:] else key[0] for key in sorted(keys))


def _rows_of(snapshot: Snapshot) -> dict[Part, Rows]:
    teams = snapshot.teams.values()
    people = [officer for team in teams for officer in team.officers]
    promises = [priority for team in teams for priority in team.priorities]
    return {
        Part.TEAMS: {(team.id,): _listing(team.record) for team in teams},
        Part.COVERAGE: {(code,): team.id for team in teams for code in team.ward_codes},
        Part.OFFICERS: _grouped(((each.team_id, each.name), each) for each in people),
        Part.PRIORITIES: _grouped(((each.team_id, each.issue), each) for each in promises),
        Part.SURGERIES: _surgeries(snapshot),
    }


def _surgeries(snapshot: Snapshot) -> Rows:
    """Series of surgeries, and the single dates that are cancelled or moved."""
    found: dict[tuple[str, ...], Hashable] = {}
    for team_id, listed in snapshot.series.items():
        for series in listed:
            found[team_id, series.surgery.id] = series.surgery
            for change in series.changes:
                found[team_id, series.surgery.id, f"{change.occurrence:%Y-%m-%d %H:%M}"] = change
    return found


def _listing(team: TeamRecord) -> Hashable:
    """Everything that a directory says about a team."""
    return (team.name, team.force_id, team.area, team.description, frozenset(team.contact.items()))


def _grouped(rows: Iterable[tuple[tuple[str, ...], Hashable]]) -> Rows:
    """Rows by key. Rows that share a key, such as two officers of one name, are compared as a group."""
    found: dict[tuple[str, ...], list[Hashable]] = {}
    for key, row in rows:
        found.setdefault(key, []).append(row)
    return {key: tuple(sorted(each, key=repr)) for key, each in found.items()}
