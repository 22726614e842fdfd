"""What a source file has wrong: every fault collected, with where it is and what to do about it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, TypedDict, Unpack

from geodata.plurals import count_of

# A file of the wrong layout can be wrong in every one of 1.7 million rows; people mend the first few.
_KEPT_OF_A_KIND: Final = 1_000
_SHOWN_OF_A_VALUE: Final = 80


class Severity(StrEnum):
    """What a finding means for the load."""

    ERROR = "error"  # nothing is staged
    WARNING = "warning"  # staged, published only when accepted
    NOTE = "note"  # worth knowing


class SourceLocation(TypedDict, total=False):
    """Where in a source a fault is; `file` for a member of an archive or folder, `of_whole` as in Finding."""

    file: str
    row: int
    column: str
    value: str
    of_whole: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault or note; `row` is the line of a text, the row of a sheet or the number of a feature, from 1."""

    severity: Severity
    problem: str
    remedy: str = ""
    file: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    of_whole: bool = False
    """Whether it depends on other files or on today's date, so that each load must check it again."""

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                self.file,
                f"row {self.row}" if self.row is not None else "",
                f"column {self.column}" if self.column else "",
                f"value {self.value!r}" if self.value else "",
            )
            if part
        )
        return " ".join(part for part in (f"{place}:" if place else "", self.problem, self.remedy) if part)


@dataclass(slots=True)
class Report:
    """The findings of one load, bounded: the first of each problem are kept, all are counted."""

    file: str
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[Severity] = field(default_factory=Counter)
    _of_a_kind: Counter[str] = field(default_factory=Counter)

    def error(self, problem: str, remedy: str, **place: Unpack[SourceLocation]) -> None:
        """Collect a fault that blocks staging."""
        self._add(Severity.ERROR, problem, remedy, place)

    def warning(self, problem: str, remedy: str, **place: Unpack[SourceLocation]) -> None:
        """Collect something that must be accepted before it is published."""
        self._add(Severity.WARNING, problem, remedy, place)

    def note(self, problem: str, **place: Unpack[SourceLocation]) -> None:
        """Collect a note that needs no action."""
        self._add(Severity.NOTE, problem, "", place)

    def take(self, findings: Iterable[Finding], counts: Mapping[Severity, int]) -> None:
        """Add what another report has collected, with how much it has counted of each severity.

        What both have found, such as a fault of a workbook whose sheets are read one by one, is not repeated.
        """
        known = set(self.findings)
        self.counts.update(counts)
        for finding in findings:
            if finding in known:
                self.counts[finding.severity] -= 1
            else:
                self.findings.append(finding)

    @property
    def errors(self) -> int:
        """How many faults block staging, those not kept included."""
        return self.counts[Severity.ERROR]

    @property
    def errors_in_words(self) -> str:
        """How many different faults block staging, and in how many rows if those are more."""
        kept = [replace(each, row=None) for each in self.findings if each.severity is Severity.ERROR]
        different = len(set(kept)) if len(kept) == self.errors else self.errors
        errors = count_of(different, "error")
        return errors if different == self.errors else f"{errors}, in {self.errors:,} places"

    @property
    def warnings(self) -> int:
        """How many warnings there are, those not kept included."""
        return self.counts[Severity.WARNING]

    @property
    def left_out(self) -> int:
        """How many findings were counted but not kept."""
        return self.counts.total() - len(self.findings)

    def _add(self, severity: Severity, problem: str, remedy: str, place: SourceLocation) -> None:
        self.counts[severity] += 1
        self._of_a_kind[problem] += 1
        if self._of_a_kind[problem] <= _KEPT_OF_A_KIND:
            place.setdefault("file", self.file)
            place["value"] = place.get("value", "")[:_SHOWN_OF_A_VALUE]
            self.findings.append(Finding(severity, problem, remedy, **place))
