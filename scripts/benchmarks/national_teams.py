"""Invents a team for each ward of a national file, with its coverage, for benchmarks."""

import csv
import json
from pathlib import Path
from typing import Final

from geodata.shipped_data import SHIPPED_FOLDER
from scripts.shipped_data.build_west_midlands import write_csv

_TEAMS: Final = ("id", "name", "force_id", "area", "description", "email", "telephone")


def write_national_teams(wards: Path, folder: Path) -> None:
    """Write teams.csv and coverage.csv for wards that `write_national_wards` wrote."""
    with (SHIPPED_FOLDER / "districts.csv").open(encoding="utf-8", newline="") as stream:
        force_of = {row["gss_code"]: row["force_id"] for row in csv.DictReader(stream)}
    teams, coverage = [], []
    for feature in json.loads(wards.read_text(encoding="utf-8"))["features"]:
        code, district = feature["properties"]["WD25CD"], feature["properties"]["LAD25CD"]
        team = code.lower()
        force = force_of.get(district, "west-midlands")
        teams.append((team, code, force, district, "Invented.", f"{team}@example.org", "101"))
        coverage.append((code, team))
    write_csv(folder / "teams.csv", _TEAMS, teams)
    write_csv(folder / "coverage.csv", ("gss_code", "team_id"), coverage)
