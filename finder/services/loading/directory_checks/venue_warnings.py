"""The rules about venues: unknown postcodes, and places outside the team's area. Pure: no I/O."""

from collections.abc import Iterator, Mapping

from finder.domain.directory import Directory
from finder.domain.surgery import Change, Surgery
from finder.services.loading.directory_checks.directory_finding import DirectoryFinding


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
