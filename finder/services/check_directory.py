"""Checks a whole directory, and reports what the live one did not have too. Pure: no I/O."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final

from finder.domain.directory import Directory
from finder.services import dated_remarks, remarks
from finder.services.remarks import Remark
from finder.services.surroundings import Surroundings
from geodata.report import Finding, Report, Severity, SourceLocation

_SOME: Final = 10
_MANY: Final = 100
_FILE: Final = "directory"  # such findings are about the whole of it, whichever file was loaded


def check_directory(new: Directory, live: Directory, around: Surroundings, report: Report) -> None:
    """Report what is odd about a directory and was not so about the live one: that has been accepted before.

    A part that is empty has not been loaded yet, and nothing is said about what it lacks.
    """
    before = set(_remarks(live, around))
    by_problem: defaultdict[Remark, list[str]] = defaultdict(list)
    undone = dated_remarks.undone_changes(new, live, around.today) if around.today else ()
    for remark in sorted({*_remarks(new, around), *undone} - before):
        by_problem[remark._replace(subject="")].append(remark.subject)
    for kind, subjects in by_problem.items():
        _report(kind, subjects, report)
    _note_wards_without_team(new, around, report)


def carry_warnings(earlier: Iterable[Finding], replaced: Container[str], report: Report) -> None:
    """Repeat what the files loaded before this one, and not published yet, were warned about.

    All but the files that this one replaces, by name, and what was said of the whole directory, which is new each time.
    """
    for each in earlier:
        if each.severity is Severity.WARNING and each.file != _FILE and each.file not in replaced:
            place: SourceLocation = {"file": each.file, "column": each.column, "value": each.value}
            if each.row is not None:
                place["row"] = each.row
            report.warning(each.problem, each.remedy, **place)


def _remarks(directory: Directory, around: Surroundings) -> Iterator[Remark]:
    yield from remarks.people(directory)
    yield from remarks.coverage(directory, around.known_wards)
    if around.today is not None:
        yield from dated_remarks.old_priorities(directory, around.today)
        yield from dated_remarks.dated_surgeries(directory, around.today)
    if around.ward_of_postcode is not None:
        yield from remarks.venues(directory, around.ward_of_postcode)


def _report(kind: Remark, subjects: Sequence[str], report: Report) -> None:
    """A warning a subject, or one for all where they are many."""
    if kind.problem == remarks.NAMESAKES and len(subjects) > _SOME:
        return  # among so many namesakes one person who is there twice cannot be told, so nothing is said
    if len(subjects) <= _SOME:
        for subject in subjects:
            report.warning(kind.problem, kind.remedy, file=_FILE, column=kind.column, value=subject)
    else:
        problem = f"{kind.problem} These {len(subjects)}: {_listed(subjects)}."
        report.warning(problem, kind.remedy, file=_FILE, column=kind.column)


def _listed(subjects: Sequence[str]) -> str:
    more = len(subjects) - _MANY
    return ", ".join(subjects[:_MANY]) + (f" and {more} more" if more > 0 else "")


def _note_wards_without_team(directory: Directory, around: Surroundings, report: Report) -> None:
    """A note: publishing warns of each with its postcodes, once the wards are those that it would go live with."""
    if directory.coverage and around.wards:
        covered = {each.gss_code for each in directory.coverage}
        bare = sorted(f"{name} ({code})" for code, name in around.wards.items() if code not in covered)
        if bare:
            report.note(f"wards without a team: {len(bare)} of {len(around.wards)}: {_listed(bare)}.")
