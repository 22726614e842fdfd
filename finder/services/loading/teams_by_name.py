"""Finds the team that a row means by its name, where its id should stand. Pure: no I/O."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from finder.directory_files.read_directory_file import Numbered
from finder.domain.surgery import Change
from finder.domain.team import TeamRecord
from geodata.check_report import Report

_PUNCTUATION: Final = re.compile(r"[\W_]+")
_APOSTROPHES: Final = re.compile(r"['\u2018\u2019`]")
_SUFFIX: Final = re.compile(r"(?: neighbourhood| policing| police| local)* (?:team|npt)$| npt$")
_LISTED: Final = 10
_LONGEST: Final = 80


class TeamNames:
    """The teams of a directory by what staff call them: case, punctuation, `&` and a last word `team` do not matter."""

    def __init__(self, teams: Iterable[TeamRecord]) -> None:
        self._teams = {team.id: team.name for team in teams}
        found: defaultdict[str, set[str]] = defaultdict(set)
        for team_id, name in self._teams.items():
            found[_folded(team_id)].add(team_id)
            found[_folded(name)].add(team_id)
        self._by_name: Mapping[str, set[str]] = found

    def __contains__(self, team_id: object) -> bool:
        return team_id in self._teams

    def find(self, written: str) -> list[str]:
        """Returns the ids of the teams that a text may mean, in order: one where it is sure."""
        return sorted(self._by_name.get(_folded(written), ()))

    def remedy(self, written: str) -> str:
        """Returns what to do about a text that is not the id of a team, with the ids to choose from."""
        choice = self.find(written) or self._similar(written)
        if not choice and len(self._teams) <= _LISTED:
            choice = sorted(self._teams)
        if not choice:
            return "Load the team first (finder load teams), or write the id of one that is there."
        return f"Write the id: {', '.join(f'{each} ({self._teams[each]})' for each in choice)}."

    def _similar(self, written: str) -> list[str]:
        names = get_close_matches(_folded(written[:_LONGEST]), self._by_name, n=3, cutoff=0.7)
        return sorted({team_id for name in names for team_id in self._by_name[name]})


def replace_names_of_teams(rows: Sequence[Numbered], teams: Iterable[TeamRecord], report: Report) -> list[Numbered]:
    """Returns the rows with ids in place of names of teams, noted; names of no team, or of several, stay."""
    names = TeamNames(teams)
    return [_with_id(row, names, report) for row in rows]


def _with_id(row: Numbered, names: TeamNames, report: Report) -> Numbered:
    record = row.record
    if isinstance(record, TeamRecord | Change) or record.team_id in names:
        return row
    found = names.find(record.team_id)
    if len(found) != 1:
        return row
    report.note(f"read as {found[0]}, the team of this name.", row=row.row, column="team_id", value=record.team_id)
    return Numbered(row.row, replace(record, team_id=found[0]))


def _folded(name: str) -> str:
    spelled = _APOSTROPHES.sub("", name.casefold()).replace("&", " and ")
    plain = " ".join(_PUNCTUATION.sub(" ", spelled).split())
    return _SUFFIX.sub("", plain)
