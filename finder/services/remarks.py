"""What staff should look at in a directory, its parts and places compared with each other. Pure: no I/O."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final, NamedTuple

from finder.domain.directory import Directory

NAMESAKES: Final = "another team lists the same name and rank."


class Remark(NamedTuple):
    """Something that staff should look at, about one subject."""

    problem: str
    remedy: str
    column: str
    subject: str


def people(directory: Directory) -> Iterator[Remark]:
    """Teams without a PCSO, and people who are listed twice."""
    if directory.officers:
        yield from _without_pcso(directory)
    names = Counter((officer.team_id, _folded(officer.name)) for officer in directory.officers)
    for (team_id, name), count in names.items():
        if count > 1:
            problem = "somebody is listed twice in one team."
            yield Remark(problem, "Keep the row that is right.", "name", f"{name.title()} in {team_id}")
    yield from _namesakes(directory)


def _without_pcso(directory: Directory) -> Iterator[Remark]:
    with_pcso = {officer.team_id for officer in directory.officers if officer.is_pcso}
    for team in directory.teams:
        if team.id not in with_pcso:
            yield Remark("the team has no PCSO.", "Add one to the officers.", "team_id", team.id)


def _namesakes(directory: Directory) -> Iterator[Remark]:
    teams = defaultdict(set)
    for officer in directory.officers:
        teams[_folded(officer.name).title(), officer.rank].add(officer.team_id)
    for (name, rank), ids in teams.items():
        if len(ids) > 1:
            for team_id in ids:
                yield Remark(NAMESAKES, "If it is one person, keep one row.", "name", f"{name}, {rank}, in {team_id}")


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def coverage(directory: Directory, known_wards: frozenset[str]) -> Iterator[Remark]:
    """Teams without a ward, and wards that nobody knows: nothing where no coverage, or no wards, were loaded."""
    covering = {each.team_id for each in directory.coverage}
    for team in directory.teams:
        if covering and team.id not in covering:
            remedy = "Load a coverage file that gives it one."
            yield Remark("the team has no ward, so no postcode leads to it.", remedy, "team_id", team.id)
    for each in directory.coverage:
        if known_wards and each.gss_code not in known_wards:
            remedy = "Mend the code, or accept it where the ward is to be loaded later."
            yield Remark("no wards that were loaded have this code.", remedy, "gss_code", each.gss_code)


def venues(directory: Directory, ward_of_postcode: Mapping[str, str]) -> Iterator[Remark]:
    """Surgeries whose venue's postcode is not known, or in another team's ward."""
    team_of_ward = {each.gss_code: each.team_id for each in directory.coverage}
    covering = frozenset(team_of_ward.values())
    for surgery_id, team_id, postcode in _places(directory):
        subject = f"{surgery_id}, {postcode}"
        ward = ward_of_postcode.get(postcode)
        if ward is None:
            problem = "the venue's postcode is not in the postcodes that were loaded."
            yield Remark(problem, "Mend it, or leave the cell empty.", "venue_postcode", subject)
        elif team_id in covering and team_of_ward.get(ward) != team_id:
            problem = "the venue lies outside the team's area."
            yield Remark(problem, "Mend the postcode or the team, or accept it.", "venue_postcode", subject)


def venue_postcodes(directory: Directory) -> set[str]:
    """The postcodes that `ward_of_postcode` should have."""
    return {postcode for _, _, postcode in _places(directory)}


def _places(directory: Directory) -> Iterator[tuple[str, str, str]]:
    """Series, team and postcode of every venue, those that surgeries were moved to included."""
    team_of = {surgery.id: surgery.team_id for surgery in directory.surgeries}
    moves = ((change.surgery_id, change.venue) for change in directory.changes)
    for surgery_id, venue in chain(((surgery.id, surgery.venue) for surgery in directory.surgeries), moves):
        if venue and venue.postcode:
            yield surgery_id, team_of[surgery_id], venue.postcode
