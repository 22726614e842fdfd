"""The rules about coverage: teams without a ward, and wards that nobody knows. Pure: no I/O."""

from collections.abc import Iterator

from finder.domain.directory import Directory
from finder.services.loading.directory_checks.directory_finding import DirectoryFinding


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
