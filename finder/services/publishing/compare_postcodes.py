"""Compares the wards and teams of postcodes in two snapshots. Pure: no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from finder.domain.publication_difference import NOT_LISTED, Flow, PostcodeChanges, PostcodeMoves, TeamCount
from finder.snapshot.model import Snapshot

_KEY: Final = "S7"


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


def compare_postcodes(before: Snapshot | None, after: Snapshot) -> PostcodeChanges:
    """Which postcodes are new, gone or change ward or team; `before` is None if nothing is live."""
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
