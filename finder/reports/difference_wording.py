"""Differences in sentences and tables, with the same wording on the terminal and on pages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress
from typing import Final, NamedTuple

from finder.domain.next_dates import NextDates
from finder.domain.publication_difference import Difference, PostcodeChanges, RowChanges
from finder.domain.release import Part
from geodata.check_report import Finding
from geodata.ward_changes import TOLERANCE_M, WardChanges

_HECTARE = 10_000
_FINDING: Final = ("", "file", "row", "column", "value", "problem", "remedy")


class Table(NamedTuple):
    """Rows under headings, with a title."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


def summary(found: Difference) -> list[str]:
    """Returns a sentence about each kind of change."""
    wards, postcodes = found.wards, found.postcodes
    of_wards = (
        f"Wards: {len(wards.new)} new, {len(wards.gone)} gone, {len(wards.renamed)} renamed, {len(wards.reshaped)} "
        f"reshaped (strips narrower than {TOLERANCE_M:.0f} m, which vintages differ by, are not counted)."
    )
    of_postcodes = (
        f"Postcodes: {postcodes.before:,} before, {postcodes.after:,} after; {postcodes.new:,} new, "
        f"{postcodes.gone:,} gone. {postcodes.change_ward:,} change ward, {postcodes.change_team:,} change team."
    )
    return [of_wards, of_postcodes, *directory_summary(found.directory)]


def directory_summary(changes: Mapping[Part, RowChanges]) -> list[str]:
    """Returns a sentence on each part of the directory that changes."""
    return [
        f"{part.capitalize()}: {len(rows.added)} added, {len(rows.changed)} changed, {len(rows.gone)} gone."
        for part, rows in changes.items()
        if rows
    ]


def findings(found: Iterable[Finding]) -> Table:
    """Returns findings as a table. A column that is empty in every row is left out, to save space."""
    rows = [
        (f.severity, f.file, "" if f.row is None else str(f.row), f.column, f.value, f.problem, f.remedy) for f in found
    ]
    filled = [any(cells) for cells in zip(*rows, strict=True)] or [True] * len(_FINDING)
    return Table("Findings", list(compress(_FINDING, filled)), [list(compress(row, filled)) for row in rows])


def recurrences(found: Iterable[NextDates]) -> Table:
    """Returns what the rules of new and changed surgeries mean, with their next dates."""
    rows = [
        (each.surgery.id, each.meaning, "; ".join(f"{day:%a %-d %b %Y %H:%M}" for day in each.dates) or "none ahead")
        for each in found
    ]
    return Table("Recurring surgeries that are new or changed", ("surgery", "repeats", "next dates"), rows)


def tables(found: Difference) -> list[Table]:
    """Returns the changed rows as tables, without the empty tables."""
    directory = [
        Table(
            part.capitalize(),
            ("", part),
            [(what, row) for what in ("added", "changed", "gone") for row in getattr(rows, what)],
        )
        for part, rows in found.directory.items()
    ]
    wards = Table("Wards", ("", "code", "ward", "district", "note"), list(_wards(found.wards)))
    return [table for table in (wards, _teams(found.postcodes), _flows(found.postcodes), *directory) if table.rows]


def _wards(changes: WardChanges) -> Iterator[tuple[str, ...]]:
    for what, wards in (("new", changes.new), ("gone", changes.gone)):
        for ward in wards:
            yield what, ward.gss_code, ward.name, ward.district.name, ""
    for before, after in changes.renamed:
        yield "renamed", after.gss_code, after.name, after.district.name, f"was {before.name}"
    for each in changes.reshaped:
        moved = f"{each.moved_m2 / _HECTARE:,.2f} ha moved"
        yield "reshaped", each.after.gss_code, each.after.name, each.after.district.name, moved


def _teams(postcodes: PostcodeChanges) -> Table:
    rows = [
        (each.team_id, f"{each.before:,}", f"{each.after:,}", f"{each.joining:,}", f"{each.leaving:,}")
        for each in postcodes.teams
    ]
    return Table("Postcodes by team", ("team", "before", "after", "joining", "leaving"), rows)


def _flows(postcodes: PostcodeChanges) -> Table:
    rows = [(each.before or "none", each.after or "none", f"{each.postcodes:,}") for each in postcodes.flows]
    return Table("Postcodes that change team", ("from", "to", "postcodes"), rows)
