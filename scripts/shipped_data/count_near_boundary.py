"""How many postcodes lie near the edge of another team's area, with one or more sets of wards.

Each set is a boundary file that `finder load wards` takes; without one, the wards that ship. Teams are those of the
shipped coverage; a ward that it does not know counts as a team of its own.

Example:
.venv/bin/python -m scripts.shipped_data.count_near_boundary geodata/west_midlands/wards.geojson wards-2022-bgc.geojson
"""

import argparse
import csv
from pathlib import Path
from typing import NamedTuple

from finder.settings import Settings
from geodata.check_report import Report
from geodata.points_and_extents import GridPoint
from geodata.postcode_location import BEST_QUALITY, PostcodeLocation
from geodata.progress import NO_STEP
from geodata.readers.boundaries.read_wards import read_wards
from geodata.readers.postcodes.postcode_files import read_locations
from geodata.shipped_data import SHIPPED_FOLDER
from geodata.ward_index import WardIndex


class Count(NamedTuple):
    """What was counted over one set of wards."""

    located: int
    agreeing: int
    near: int


def main() -> None:
    """Count and print a line for each set of wards."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wards", type=Path, nargs="*", default=[SHIPPED_FOLDER / "wards.geojson"])
    postcodes = [each for each in _read(SHIPPED_FOLDER / "postcodes.csv") if each.ward]
    for path in parser.parse_args().wards:
        count = _count(WardIndex(read_wards(path, Report(path.name))), postcodes)
        print(
            f"{path.name}: {count.located:,} of {len(postcodes):,} postcodes in a ward, "
            f"{count.agreeing:,} in their official one, {count.near:,} near another team's"
        )


def _read(path: Path) -> list[PostcodeLocation]:
    return list(read_locations(path, Report(path.name), NO_STEP))


def _count(index: WardIndex, postcodes: list[PostcodeLocation]) -> Count:
    settings = Settings()
    with (SHIPPED_FOLDER / "directory" / "coverage.csv").open(encoding="utf-8", newline="") as stream:
        team_of = {row["gss_code"]: row["team_id"] for row in csv.DictReader(stream)}
    located = agreeing = near = 0
    for each in postcodes:
        ward = index.locate(each.point)
        if ward is None:
            continue
        located += 1
        agreeing += ward.gss_code == each.ward
        best = each.positional_quality <= BEST_QUALITY
        metres = settings.near_boundary_m if best else settings.near_boundary_poor_m
        near += _has_other_team(index, each.point, team_of.get(ward.gss_code, ward.gss_code), team_of, metres)
    return Count(located, agreeing, near)


def _has_other_team(index: WardIndex, point: GridPoint, team: str, team_of: dict[str, str], metres: float) -> bool:
    others = (each for each in index.within(point, metres) if each.metres < metres)
    return any(team_of.get(each.ward.gss_code, each.ward.gss_code) != team for each in others)


if __name__ == "__main__":
    main()
