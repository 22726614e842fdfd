"""Checks whether the releases of a planned publication fit each other. Pure: no I/O."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from finder.snapshot.model import Snapshot
from geodata.check_report import Finding, Severity

_DISAGREES: Final = 0.01
"""Vintages differ if more than this share of a district's postcodes are in another ward than their file says.
Boundaries that are generalised to 20 m put 0.03 per cent of postcodes into a neighbouring ward."""

_MOVED: Final = (
    "The boundaries have the wards that the postcode file says, so its eastings and northings, or the boundaries, are "
    "wrong: see `finder diff --csv`, and load the right file again."
)


def check_teams(snapshot: Snapshot) -> Iterator[Finding]:
    """A short warning for each ward without a team, with its number of postcodes; the largest number comes first."""
    located = snapshot.postcodes.ward_positions
    counts = np.bincount(located[located >= 0], minlength=len(snapshot.wards.wards)).tolist()
    uncovered = [
        (count, ward)
        for ward, count in zip(snapshot.wards.wards, counts, strict=True)
        if ward.gss_code not in snapshot.team_of_ward
    ]
    for count, ward in sorted(uncovered, key=lambda each: -each[0]):
        yield Finding(
            Severity.WARNING,
            f"has no team; postcodes: {count:,}.",
            "See `finder coverage-draft`.",
            value=f"{ward.name} ({ward.gss_code})",
        )


def check_vintages(snapshot: Snapshot, own_wards: NDArray[np.bytes_]) -> Iterator[Finding]:
    """Warnings about postcodes and wards that do not fit each other, the most serious ones first.

    `own_wards` has the ward code that the postcode file gives each row of the snapshot's postcodes, blank for none.
    """
    yield from _other_vintage(snapshot, own_wards)
    yield from _postcodes_in_no_ward(snapshot, own_wards)


def _postcodes_in_no_ward(snapshot: Snapshot, own_wards: NDArray[np.bytes_]) -> Iterator[Finding]:
    """Postcodes in no ward, although their file puts them into a district of a force that has teams here."""
    forces = {team.force.id for team in snapshot.teams.values()}
    ours = [code for code, force in snapshot.forces.by_district.items() if force.id in forces]
    is_nowhere = snapshot.postcodes.ward_positions < 0
    nowhere, has_ward = snapshot.postcodes.districts[is_nowhere], _is_loaded(snapshot, own_wards[is_nowhere])
    for district in ours:
        of_district = nowhere == _packed(district)
        count = int(np.count_nonzero(of_district))
        if count:
            moved = 2 * np.count_nonzero(of_district & has_ward) > count
            yield Finding(
                Severity.WARNING,
                f"postcodes of {_district_name(snapshot, district)} in no ward: {count:,}.",
                _MOVED if moved else "Load boundaries that cover the whole district.",
            )


def _other_vintage(snapshot: Snapshot, own_wards: NDArray[np.bytes_]) -> Iterator[Finding]:
    """One warning that names every district in which the postcode file and the boundaries disagree on wards."""
    wards = snapshot.wards.wards
    located = snapshot.postcodes.ward_positions
    comparable = (located >= 0) & (own_wards != _packed(""))
    if not comparable.any():
        return
    places = located[comparable]
    agrees = np.array([_packed(ward.gss_code) for ward in wards])[places] == own_wards[comparable]
    own = [ward.district.gss_code or ward.district.name for ward in wards]
    names = sorted(set(own))
    districts = np.array([names.index(each) for each in own])[places]
    totals = np.bincount(districts, minlength=len(names))
    good = np.bincount(districts[agrees], minlength=len(names))
    differing = [
        f"{_district_name(snapshot, name)} ({total - right:,} of {total:,})"
        for name, total, right in zip(names, totals.tolist(), good.tolist(), strict=True)
        if total - right > total * _DISAGREES
    ]
    if not differing:
        return
    # Boundaries of another year lack the wards that changed: if they have most of them, places are wrong.
    if 2 * np.count_nonzero(_is_loaded(snapshot, own_wards[comparable][~agrees])) > np.count_nonzero(~agrees):
        problem = f"postcodes lie in another ward than their file says: {', '.join(differing)}."
        yield Finding(Severity.WARNING, problem, _MOVED)
    else:
        yield Finding(
            Severity.WARNING,
            f"postcodes and boundaries are of different vintages: the postcode file's own ward codes agree with the "
            f"boundaries for {agrees.mean():.1%}. They differ in {', '.join(differing)}.",
            "Load postcodes and boundaries of one year; where new wards are meant to come first, accept this.",
        )


def _is_loaded(snapshot: Snapshot, codes: NDArray[np.bytes_]) -> NDArray[np.bool_]:
    """Whether the boundaries have the wards of these codes."""
    return np.isin(codes, np.array([_packed(ward.gss_code) for ward in snapshot.wards.wards], dtype="S9"))


def _packed(code: str) -> bytes:
    return code.ljust(9).encode("ascii")


def _district_name(snapshot: Snapshot, key: str) -> str:
    """The name that wards give a district; `key` is its code, or its name if it has no code."""
    named = (ward.district.name for ward in snapshot.wards.wards if ward.district.gss_code == key)
    return next((name for name in named if key and name), key or "no district given")
