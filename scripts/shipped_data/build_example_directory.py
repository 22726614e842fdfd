"""Invent the example directory that ships: a team for every ward, its people, priorities and surgeries.

Run from the checkout: python -m scripts.shipped_data.build_example_directory
"""

import argparse
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Final

from geodata.shipped_data import SHIPPED_FOLDER
from scripts.shipped_data.build_west_midlands import write_csv
from scripts.shipped_data.example_directory.repeatable_choices import pick, rank, shuffled
from scripts.shipped_data.example_directory.surgeries import Surgery, surgery_rows
from scripts.shipped_data.example_directory.teams import Team, form_teams, read_wards
from scripts.shipped_data.example_directory.texts import DESCRIPTION, GIVEN_NAMES, PRIORITIES, WEB

FORCE: Final = "west-midlands"
AUTUMN: Final = date(2026, 9, 1)
TEAM_FIELDS: Final = (
    "id", "name", "force_id", "area", "description", "email", "telephone", "web", "facebook", "twitter",
)  # fmt: skip
OFFICER_FIELDS: Final = ("team_id", "name", "rank")
PRIORITY_FIELDS: Final = ("team_id", "issue", "issued_on", "action", "action_on")
Rows = Iterator[Sequence[object]]


def main() -> None:
    """Write the five files of the directory."""
    folder = _arguments().folder
    teams = form_teams(read_wards(folder))
    directory = folder / "directory"
    directory.mkdir(exist_ok=True)
    coverage = sorted((ward.gss_code, team.id) for team in teams for ward in team.wards)
    write_csv(directory / "teams.csv", TEAM_FIELDS, map(team_row, teams))
    write_csv(directory / "coverage.csv", ("gss_code", "team_id"), coverage)
    write_csv(directory / "officers.csv", OFFICER_FIELDS, chain.from_iterable(map(officer_rows, teams)))
    write_csv(directory / "priorities.csv", PRIORITY_FIELDS, chain.from_iterable(map(priority_rows, teams)))
    write_csv(directory / "surgeries.csv", Surgery._fields, chain.from_iterable(map(surgery_rows, teams)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "folder", type=Path, nargs="?", default=SHIPPED_FOLDER, help="of wards.geojson and postcodes.csv"
    )
    return parser.parse_args()


def team_row(team: Team) -> Sequence[str]:
    """A team with contacts that lead nowhere but to example.org."""
    district = team.wards[0].district
    return (
        team.id,
        team.name,
        FORCE,
        district,
        DESCRIPTION.format(wards=team.name, district=district),
        f"{team.id}@example.org",
        "101",
        f"{WEB}/teams/{team.id}",
        f"{WEB}/facebook/{team.id}",
        f"{WEB}/twitter/{team.id}",
    )


def officer_rows(team: Team) -> Rows:
    """A sergeant, one to three constables, two to four PCSOs; all surnamed Example, so that nobody real is named."""
    constables, pcsos = 1 + rank(team.id, "constables") % 3, 2 + rank(team.id, "pcsos") % 3
    ranks = ["Sergeant", *["Police Constable"] * constables, *["PCSO"] * pcsos]
    for name, title in zip(shuffled(GIVEN_NAMES.split(), team.id, "name"), ranks, strict=False):
        yield team.id, f"{name} Example", title


def priority_rows(team: Team) -> Rows:
    """Two or three priorities of autumn 2026, the newest first; some still wait for an action, or for its date."""
    chosen = shuffled(PRIORITIES, team.id, "priority")[: 2 + rank(team.id, "priorities") % 2]
    days = sorted((rank(team.id, "issued", issue) % 50 for issue, _ in chosen), reverse=True)
    for (issue, action), day in zip(chosen, days, strict=True):
        issued_on = AUTUMN + timedelta(days=day)
        action_on = issued_on + timedelta(days=7 + rank(team.id, "acted", issue) % 24)
        acted, dated = pick(((True, True), (True, True), (True, False), (False, False)), team.id, issue)
        yield team.id, issue, issued_on, action if acted else "", action_on if dated else ""


if __name__ == "__main__":
    main()
