"""Checks a whole directory, and reports what the live one did not have too. Pure: no I/O."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from finder.domain.directory import Directory
from finder.services.loading import dated_findings, directory_findings
from finder.services.loading.check_context import CheckContext
from finder.services.loading.directory_findings import Remark
from finder.services.loading.provenance import Provenance
from geodata.findings import Finding, Report, Severity, SourceLocation

_SOME: Final = 10
_MANY: Final = 100
_FILE: Final = "directory"  # what findings about the whole gave as their file before they named the record's own


def check_directory(new: Directory, live: Directory, around: CheckContext, origins: Provenance, report: Report) -> None:
    """Report what is odd about a directory and was not so about the live one: that has been accepted before.

    A part that is empty has not been loaded yet, and nothing is said about what it lacks.
    """
    before = set(_remarks(live, around))
    alike: defaultdict[_Kind, list[_Placed]] = defaultdict(list)
    undone = dated_findings.undone_changes(new, live, around.today) if around.today else ()
    for remark in _telling(sorted({*_remarks(new, around), *undone} - before)):
        where = origins.of(remark.record)
        kind = _Kind(remark.problem, remark.remedy, where["file"], remark.column)
        alike[kind].append(_Placed(remark.subject, where))
    for kind, found in alike.items():
        _report(kind, found, report)
    _note_wards_without_team(new, around, report)


def carry_warnings(earlier: Iterable[Finding], replaced: Container[str], report: Report) -> None:
    """Repeat what the files loaded before this one, and not published yet, were warned about.

    All but the files that this one replaces, by name, and what was said of the whole directory, which is new each time.
    """
    for each in earlier:
        if each.severity is Severity.WARNING and each.file not in replaced and not _is_of_whole(each):
            place: SourceLocation = {"file": each.file, "column": each.column, "value": each.value}
            if each.row is not None:
                place["row"] = each.row
            report.warning(each.problem, each.remedy, **place)


def _remarks(directory: Directory, around: CheckContext) -> Iterator[Remark]:
    yield from directory_findings.people(directory)
    yield from directory_findings.coverage(directory, around.known_wards)
    if around.today is not None:
        yield from dated_findings.old_priorities(directory, around.today)
        yield from dated_findings.dated_surgeries(directory, around.today)
    if around.ward_of_postcode is not None:
        yield from directory_findings.venues(directory, around.ward_of_postcode)


def _telling(found: Sequence[Remark]) -> list[Remark]:
    """All but namesakes where they are many: among those, one person who is there twice cannot be told."""
    namesakes = sum(each.problem == directory_findings.NAMESAKES for each in found)
    return [each for each in found if each.problem != directory_findings.NAMESAKES or namesakes <= _SOME]


def _is_of_whole(finding: Finding) -> bool:
    return finding.of_whole or finding.file == _FILE


class _Kind(NamedTuple):
    """What remarks have in common that can be told together."""

    problem: str
    remedy: str
    file: str
    column: str


class _Placed(NamedTuple):
    """The subject of a remark, and where it stands."""

    subject: str
    where: SourceLocation

    def __str__(self) -> str:
        return f"{self.subject} (row {self.where['row']})" if "row" in self.where else self.subject


def _report(kind: _Kind, found: Sequence[_Placed], report: Report) -> None:
    """A warning a subject, or one for all where they are many."""
    if len(found) <= _SOME:
        for subject, where in found:
            place: SourceLocation = {**where, "column": kind.column, "value": subject, "of_whole": True}
            report.warning(kind.problem, kind.remedy, **place)
    else:
        problem = f"{kind.problem} These {len(found)}: {_listed([str(each) for each in found])}."
        report.warning(problem, kind.remedy, file=kind.file, column=kind.column, of_whole=True)


def _listed(subjects: Sequence[str]) -> str:
    more = len(subjects) - _MANY
    return ", ".join(subjects[:_MANY]) + (f" and {more} more" if more > 0 else "")


def _note_wards_without_team(directory: Directory, around: CheckContext, report: Report) -> None:
    """A note: publishing warns of each with its postcodes, once the wards are those that it would go live with."""
    if directory.coverage and around.wards:
        covered = {each.gss_code for each in directory.coverage}
        bare = sorted(f"{name} ({code})" for code, name in around.wards.items() if code not in covered)
        if bare:
            report.note(f"wards without a team: {len(bare)} of {len(around.wards)}: {_listed(bare)}.")
