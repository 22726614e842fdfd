"""The rules about people: teams without a PCSO, and people who are listed twice. Pure: no I/O."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from finder.domain.directory import Directory
from finder.domain.team import Officer
from finder.services.loading.directory_checks.directory_finding import DirectoryFinding

NAMESAKES: Final = "another team lists the same name and rank."


def check_people(directory: Directory) -> Iterator[DirectoryFinding]:
    """Finds teams without a PCSO, and people who are listed twice."""
    if directory.officers:
        yield from _teams_without_pcso(directory)
    yield from _people_listed_twice(directory)
    yield from _namesakes(directory)


def _teams_without_pcso(directory: Directory) -> Iterator[DirectoryFinding]:
    with_pcso = {officer.team_id for officer in directory.officers if officer.is_pcso}
    for team in directory.teams:
        if team.id not in with_pcso:
            yield DirectoryFinding("the team has no PCSO.", "Add one to the officers.", "id", team.id, team)


def _people_listed_twice(directory: Directory) -> Iterator[DirectoryFinding]:
    listed = defaultdict(list)
    for officer in directory.officers:
        listed[officer.team_id, _folded(officer.name)].append(officer)
    for (team_id, name), found in listed.items():
        if len(found) > 1:
            problem, remedy = "somebody is listed twice in one team.", "Keep the row that is right."
            yield DirectoryFinding(problem, remedy, "name", f"{name.title()} in {team_id}", found[-1])


def _namesakes(directory: Directory) -> Iterator[DirectoryFinding]:
    by_team: defaultdict[tuple[str, str], dict[str, Officer]] = defaultdict(dict)
    for officer in directory.officers:
        by_team[_folded(officer.name).title(), officer.rank][officer.team_id] = officer
    for (name, rank), found in by_team.items():
        if len(found) > 1:
            for team_id, officer in found.items():
                subject = f"{name}, {rank}, in {team_id}"
                yield DirectoryFinding(NAMESAKES, "If it is one person, keep one row.", "name", subject, officer)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
