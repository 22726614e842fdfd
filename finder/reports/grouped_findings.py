"""Tells a fault once, however many rows have it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from geodata.check_report import Finding
from geodata.plurals import listed_rows, one_or_more

_VALUES: Final = 10
_Fault = tuple[str, str, str, str, str]


class GroupedFinding(NamedTuple):
    """A finding as its first row has it, with the numbers of all rows that have it; none if it is not about a row."""

    finding: Finding
    rows: tuple[int, ...]

    @property
    def in_words(self) -> Finding:
        """The finding with the other rows in its problem."""
        others = self.rows[1:]
        more = f" And {_words(others, 'more row', 'more rows')}." if others else ""
        return replace(self.finding, problem=self.finding.problem + more)


def group_rows(found: Iterable[Finding]) -> list[GroupedFinding]:
    """Returns one finding for all rows with the same fault and the same value."""
    by_value: dict[object, list[Finding]] = {}
    for position, finding in enumerate(found):
        key = (*_fault(finding), finding.value) if finding.row is not None else position
        by_value.setdefault(key, []).append(finding)
    return [GroupedFinding(findings[0], _rows(findings)) for findings in by_value.values()]


def in_words(found: Iterable[Finding]) -> list[Finding]:
    """Returns one finding for each fault and value; its problem lists the other rows."""
    return [each.in_words for each in group_rows(found)]


def shortened(found: Iterable[Finding]) -> list[Finding]:
    """Returns the same, and of each fault only some values: one more finding counts the others."""
    by_fault: dict[_Fault, list[Finding]] = {}
    for finding in found:
        by_fault.setdefault(_fault(finding), []).append(finding)
    return [each for findings in by_fault.values() for each in _some_values(findings)]


def _some_values(findings: Sequence[Finding]) -> Iterator[Finding]:
    grouped = group_rows(findings)
    if len(grouped) <= _VALUES + 1 or any(each.row is None for each in findings):
        yield from (each.in_words for each in grouped)
        return
    yield from (each.in_words for each in grouped[:_VALUES])
    others = grouped[_VALUES:]
    rows = sorted({row for each in others for row in each.rows})
    problem = f"{findings[0].problem} The same with {len(others):,} more values, in {_words(rows, 'row', 'rows')}."
    yield replace(findings[0], problem=problem, row=None, value="")


def _rows(findings: Iterable[Finding]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(each.row for each in findings if each.row is not None))


def _words(rows: Sequence[int], one: str, more: str) -> str:
    return f"{one_or_more(len(rows), one, more)}: {listed_rows(rows).removeprefix('rows ').removeprefix('row ')}"


def _fault(finding: Finding) -> _Fault:
    return finding.severity, finding.problem, finding.remedy, finding.file, finding.column
