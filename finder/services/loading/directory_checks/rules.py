"""The rules about people, coverage and venues: what staff should look at in a directory. Pure: no I/O."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from finder.directory_files.read_part import Record
from finder.domain.directory import Directory
from finder.domain.surgery import Change, Surgery
from finder.domain.team import Officer

NAMESAKES: Final = "another team lists the same name and rank."


@dataclass(frozen=True, slots=True, order=True)
class DirectoryFinding:
    """Something that staff should look at, about one subject.

    Findings are equal even if their records differ: the record may have moved or changed since. `column` is a column of
    the file that the record came from.
    """

    problem: str
    remedy: str
    column: str
    subject: str
    record: Record = field(compare=False)


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


def check_coverage(directory: Directory, known_wards: frozenset[str]) -> Iterator[DirectoryFinding]:
    """Finds teams without a ward, and unknown ward codes.

    Nothing is found while no coverage, or no wards, were loaded.
    """
    covering = {each.team_id for each in directory.coverage}
    for team in directory.teams:
        if covering and team.id not in covering:
            remedy = "Load a coverage file that gives it one."
            yield DirectoryFinding("the team has no ward, so no postcode leads to it.", remedy, "id", team.id, team)
    for each in directory.coverage:
        if known_wards and each.gss_code not in known_wards:
            remedy = "Correct the code, or accept it if the ward is to be loaded later."
            yield DirectoryFinding("no wards that were loaded have this code.", remedy, "gss_code", each.gss_code, each)


def check_venues(directory: Directory, ward_of_postcode: Mapping[str, str]) -> Iterator[DirectoryFinding]:
    """Finds surgeries with a venue whose postcode is unknown, or in another team's ward."""
    team_of_ward = {each.gss_code: each.team_id for each in directory.coverage}
    covering = frozenset(team_of_ward.values())
    column = "venue_postcode"
    for record, team_id, postcode in _venues(directory):
        subject = f"{record.id if isinstance(record, Surgery) else record.surgery_id}, {postcode}"
        ward = ward_of_postcode.get(postcode)
        if ward is None:
            problem = "the venue's postcode is not in the postcodes that were loaded."
            yield DirectoryFinding(problem, "Correct it, or leave the cell empty.", column, subject, record)
        elif team_id in covering and team_of_ward.get(ward) != team_id:
            problem = "the venue lies outside the team's area."
            yield DirectoryFinding(problem, "Correct the postcode or the team, or accept it.", column, subject, record)


def venue_postcodes(directory: Directory) -> set[str]:
    """Returns the postcodes for which `check_venues` needs the ward."""
    return {postcode for _, _, postcode in _venues(directory)}


def _venues(directory: Directory) -> Iterator[tuple[Surgery | Change, str, str]]:
    """Yields the row, the team id and the postcode of every venue, also of those that surgeries were moved to."""
    team_of = {surgery.id: surgery.team_id for surgery in directory.surgeries}
    for surgery in directory.surgeries:
        if surgery.venue and surgery.venue.postcode:
            yield surgery, surgery.team_id, surgery.venue.postcode
    for change in directory.changes:
        if change.venue and change.venue.postcode:
            yield change, team_of[change.surgery_id], change.venue.postcode
