"""Finds the column that each heading means, however people write it."""

import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from geodata.check_report import Report

NOT_READ: Final = ""
"""In place of the column of a heading: it is empty, or staff said to leave the column out."""

_IGNORED: Final = re.compile(r"[\W_]+")


class Column(NamedTuple):
    """A column by its name in templates and documents, and the other headings that mean it."""

    name: str
    also: tuple[str, ...] = ()
    required: bool = False
    in_template: bool = True


def match_headings(
    written: Sequence[str], columns: Sequence[Column], report: Report, row: int, left_out: Iterable[str] = ()
) -> list[str] | None:
    """Returns the column that each heading means or NOT_READ, in the file's order, or None if a fault was reported.

    Case, spaces and punctuation do not matter. Columns with a heading of `left_out` are not read.
    """
    before = report.errors
    names, is_left_out = column_names(columns), _left_out(left_out)
    found = [NOT_READ if not heading or is_left_out(heading) else names.get(folded(heading)) for heading in written]
    if any(found):
        _report_columns(columns, found, report, row)
        _report_headings(columns, list(zip(written, found, strict=True)), report, row)
    else:  # what each column lacks would only say the same again
        remedy = f"Put headings above the rows: {_words(each for each in columns if each.required)}."
        problem = "no heading is known." if any(written) else "the file is empty."
        report.error(problem, remedy, row=row, value=", ".join(written))
    return [name for name in found if name is not None] if report.errors == before else None


def _report_columns(columns: Iterable[Column], found: Sequence[str | None], report: Report, row: int) -> None:
    for column in columns:
        if column.required and column.name not in found:
            report.error("a column is missing.", f"Add the column {column.name}.", row=row, column=column.name)


def _report_headings(
    columns: Iterable[Column], headings: Sequence[tuple[str, str | None]], report: Report, row: int
) -> None:
    """Reports headings that mean no column, or the same; `headings` have the column that each means."""
    found = [name for _, name in headings]
    for heading, name in headings:
        option = f"--ignore-column {shlex.quote(heading)}"
        if heading and name == NOT_READ:
            report.note("the column is left out, as --ignore-column says.", row=row, column=heading)
        elif name is None:
            remedy = f"Leave it out with {option}, or rename it to one of {_words(columns)}."
            report.error("no such column is known.", remedy, row=row, column=heading)
        elif name != NOT_READ and found.count(name) > 1:
            remedy = f"Keep one of them, or leave one out with {option}."
            report.error("a column stands there twice.", remedy, row=row, column=name, value=heading)


def _words(columns: Iterable[Column]) -> str:
    return ", ".join(column.name for column in columns)


def _left_out(headings: Iterable[str]) -> Callable[[str], bool]:
    written = frozenset(headings)
    alike = frozenset(map(folded, written)) - {""}  # a heading like # has no letter
    return lambda heading: heading in written or folded(heading) in alike


def column_names(columns: Iterable[Column]) -> dict[str, str]:
    """Returns the name of the column that each folded heading means."""
    return {folded(heading): column.name for column in columns for heading in (column.name, *column.also)}


def folded(heading: str) -> str:
    """Returns the letters and digits of a heading in lower case, by which headings are compared."""
    return _IGNORED.sub("", heading.casefold())
