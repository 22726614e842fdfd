"""What staff should look at in a directory, its parts and places compared with each other. Pure: no I/O."""

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
class Remark:
    """Something that staff should look at, about one subject; the same one also when its record has moved or changed.

    The column is one of the file that the record came from.
    """

    problem: str
    remedy: str
    column: str
    subject: str
    record: Record = field(compare=False)


def people(directory: Directory) -> Iterator[Remark]:
    """Teams without a PCSO, and people who are listed twice."""
    if directory.officers:
        yield from _without_pcso(directory)
    listed = defaultdict(list)
    for officer in directory.officers:
        listed[officer.team_id, _folded(officer.name)].append(officer)
    for (team_id, name), found in listed.items():
        if len(found) > 1:
            problem = "somebody is listed twice in one team."
            yield Remark(problem, "Keep the row that is right.", "name", f"{name.title()} in {team_id}", found[-1])
    yield from _namesakes(directory)


def _without_pcso(directory: Directory) -> Iterator[Remark]:
    with_pcso = {officer.team_id for officer in directory.officers if officer.is_pcso}
    for team in directory.teams:
        if team.id not in with_pcso:
            yield Remark("the team has no PCSO.", "Add one to the officers.", "id", team.id, team)


def _namesakes(directory: Directory) -> Iterator[Remark]:
    by_team: defaultdict[tuple[str, str], dict[str, Officer]] = defaultdict(dict)
    for officer in directory.officers:
        by_team[_folded(officer.name).title(), officer.rank][officer.team_id] = officer
    for (name, rank), found in by_team.items():
        if len(found) > 1:
            for team_id, officer in found.items():
                subject = f"{name}, {rank}, in {team_id}"
                yield Remark(NAMESAKES, "If it is one person, keep one row.", "name", subject, officer)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def coverage(directory: Directory, known_wards: frozenset[str]) -> Iterator[Remark]:
    """Teams without a ward, and wards that nobody knows: nothing where no coverage, or no wards, were loaded."""
    covering = {each.team_id for each in directory.coverage}
    for team in directory.teams:
        if covering and team.id not in covering:
            remedy = "Load a coverage file that gives it one."
            yield Remark("the team has no ward, so no postcode leads to it.", remedy, "id", team.id, team)
    for each in directory.coverage:
        if known_wards and each.gss_code not in known_wards:
            remedy = "Mend the code, or accept it where the ward is to be loaded later."
            yield Remark("no wards that were loaded have this code.", remedy, "gss_code", each.gss_code, each)


def venues(directory: Directory, ward_of_postcode: Mapping[str, str]) -> Iterator[Remark]:
    """Surgeries whose venue's postcode is not known, or in another team's ward."""
    team_of_ward = {each.gss_code: each.team_id for each in directory.coverage}
    covering = frozenset(team_of_ward.values())
    for record, team_id, postcode in _places(directory):
        subject = f"{record.id if isinstance(record, Surgery) else record.surgery_id}, {postcode}"
        ward = ward_of_postcode.get(postcode)
        if ward is None:
            problem = "the venue's postcode is not in the postcodes that were loaded."
            yield Remark(problem, "Mend it, or leave the cell empty.", "venue_postcode", subject, record)
        elif team_id in covering and team_of_ward.get(ward) != team_id:
            problem = "the venue lies outside the team's area."
            yield Remark(problem, "Mend the postcode or the team, or accept it.", "venue_postcode", subject, record)


def venue_postcodes(directory: Directory) -> set[str]:
    """The postcodes that `ward_of_postcode` should have."""
    return {postcode for _, _, postcode in _places(directory)}


def _places(directory: Directory) -> Iterator[tuple[Surgery | Change, str, str]]:
    """Team and postcode of every venue, those that surgeries were moved to included."""
    team_of = {surgery.id: surgery.team_id for surgery in directory.surgeries}
    for surgery in directory.surgeries:
        if surgery.venue and surgery.venue.postcode:
            yield surgery, surgery.team_id, surgery.venue.postcode
    for change in directory.changes:
        if change.venue and change.venue.postcode:
            yield change, team_of[change.surgery_id], change.venue.postcode
