"""Finds the column that each heading means, however people write it."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from geodata.check_report import Report

_IGNORED: Final = re.compile(r"[\W_]+")


class Column(NamedTuple):
    """A column by its name in templates and documents, and the other headings that mean it."""

    name: str
    also: tuple[str, ...] = ()
    required: bool = False
    in_template: bool = True


def match_headings(written: Sequence[str], columns: Sequence[Column], report: Report, row: int) -> list[str] | None:
    """Returns the column that each heading means, in the file's order, or None if a fault was reported.

    Case, spaces and punctuation do not matter.
    """
    before = report.errors
    meanings = {folded(heading): column.name for column in columns for heading in (column.name, *column.also)}
    found = [meanings.get(folded(heading)) for heading in written]
    for column in columns:
        if column.required and column.name not in found:
            report.error("a column is missing.", f"Add the column {column.name}.", row=row, column=column.name)
    for heading, name in zip(written, found, strict=True):
        if name is None:
            known = ", ".join(column.name for column in columns)
            report.error("no such column is known.", f"Remove it, or use one of {known}.", row=row, column=heading)
        elif found.count(name) > 1:
            report.error("a column stands there twice.", "Keep one of them.", row=row, column=name, value=heading)
    return [name for name in found if name is not None] if report.errors == before else None


def folded(heading: str) -> str:
    """Returns the letters and digits of a heading in lower case, by which headings are compared."""
    return _IGNORED.sub("", heading.casefold())
