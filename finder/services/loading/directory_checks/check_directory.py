"""Applies all rules to a directory and reports what is new compared with the live one. Pure: no I/O."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from finder.domain.directory import Directory
from finder.services.loading.directory_checks import coverage_warnings, date_warnings, people_warnings, venue_warnings
from finder.services.loading.directory_checks.check_context import CheckContext
from finder.services.loading.directory_checks.directory_finding import DirectoryFinding
from finder.services.loading.directory_checks.row_locations import RowLocations
from geodata.check_report import Finding, Report, Severity, SourceLocation

_MAX_WARNINGS_OF_A_PROBLEM: Final = 10
_MAX_SUBJECTS_LISTED: Final = 100
_OLD_FILE_NAME: Final = "directory"  # the file of findings about the whole directory in releases of older versions


def check_directory(
    new: Directory, live: Directory, context: CheckContext, locations: RowLocations, report: Report
) -> None:
    """Reports the findings on a directory, except those on the live one too: they were accepted before.

    An empty part has not been loaded yet, and nothing is reported about what it lacks.
    """
    accepted = set(_findings(live, context))
    undone = date_warnings.check_undone_changes(new, live, context.today) if context.today else ()
    by_problem: defaultdict[_Problem, list[_Located]] = defaultdict(list)
    for finding in _without_many_namesakes(sorted({*_findings(new, context), *undone} - accepted)):
        location = locations.of(finding.record)
        problem = _Problem(finding.problem, finding.remedy, location["file"], finding.column)
        by_problem[problem].append(_Located(finding.subject, location))
    for problem, found in by_problem.items():
        _report_problem(problem, found, report)
    _note_wards_without_team(new, context, report)


def carry_warnings(earlier: Iterable[Finding], replaced: Container[str], report: Report) -> None:
    """Repeats the warnings about files that were loaded before this one and are not published yet.

    Leaves out the files that this one replaces, given by name, and warnings about the whole directory, which each load
    finds anew.
    """
    for each in earlier:
        if each.severity is Severity.WARNING and each.file not in replaced and not _is_of_whole(each):
            location: SourceLocation = {"file": each.file, "column": each.column, "value": each.value}
            if each.row is not None:
                location["row"] = each.row
            report.warning(each.problem, each.remedy, **location)


def _findings(directory: Directory, context: CheckContext) -> Iterator[DirectoryFinding]:
    yield from people_warnings.check_people(directory)
    yield from coverage_warnings.check_coverage(directory, context.known_wards)
    if context.today is not None:
        yield from date_warnings.check_priorities(directory, context.today)
        yield from date_warnings.check_surgeries(directory, context.today)
    if context.ward_of_postcode is not None:
        yield from venue_warnings.check_venues(directory, context.ward_of_postcode)


def _without_many_namesakes(findings: Sequence[DirectoryFinding]) -> list[DirectoryFinding]:
    """Leaves out namesakes if there are many: then they do not show who is listed in two teams by mistake."""
    namesakes = sum(each.problem == people_warnings.NAMESAKES for each in findings)
    if namesakes <= _MAX_WARNINGS_OF_A_PROBLEM:
        return list(findings)
    return [each for each in findings if each.problem != people_warnings.NAMESAKES]


def _is_of_whole(finding: Finding) -> bool:
    return finding.of_whole or finding.file == _OLD_FILE_NAME


class _Problem(NamedTuple):
    """What findings must have in common to be reported as one."""

    problem: str
    remedy: str
    file: str
    column: str


class _Located(NamedTuple):
    """The subject of a finding and its location."""

    subject: str
    location: SourceLocation

    def __str__(self) -> str:
        return f"{self.subject} (row {self.location['row']})" if "row" in self.location else self.subject


def _report_problem(problem: _Problem, found: Sequence[_Located], report: Report) -> None:
    """Adds one warning for each subject, or one for all subjects if there are many."""
    if len(found) <= _MAX_WARNINGS_OF_A_PROBLEM:
        for subject, location in found:
            place: SourceLocation = {**location, "column": problem.column, "value": subject, "of_whole": True}
            report.warning(problem.problem, problem.remedy, **place)
    else:
        sentence = f"{problem.problem} These {len(found)}: {_listed([str(each) for each in found])}."
        report.warning(sentence, problem.remedy, file=problem.file, column=problem.column, of_whole=True)


def _listed(subjects: Sequence[str]) -> str:
    more = len(subjects) - _MAX_SUBJECTS_LISTED
    return ", ".join(subjects[:_MAX_SUBJECTS_LISTED]) + (f" and {more} more" if more > 0 else "")


def _note_wards_without_team(directory: Directory, context: CheckContext, report: Report) -> None:
    """Adds a note only: publishing warns of each ward, with its postcodes, once the wards to go live are chosen."""
    if directory.coverage and context.wards:
        covered = {each.gss_code for each in directory.coverage}
        without = sorted(f"{name} ({code})" for code, name in context.wards.items() if code not in covered)
        if without:
            report.note(f"wards without a team: {len(without)} of {len(context.wards)}: {_listed(without)}.")
