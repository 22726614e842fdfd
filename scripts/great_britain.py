"""Files of the size of Great Britain, for benchmarks: wards and teams to go with the OS Code-Point Open zip.

Wards are the union of the Voronoi cells of their postcodes, as in the data that ships; every ward has a team, invented.
"""

import argparse
import csv
import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import numpy as np
import shapely
from numpy.typing import NDArray

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.build_west_midlands import feature, read_names, tidy, write_csv, write_geojson  # noqa: E402

PLACES: Final = ROOT / "geodata" / "west_midlands"
EXTENT: Final = (50_000, 0, 670_000, 1_230_000)
"""West, south, east and north of what is kept of the cells at the coast, which have no end."""
NO_LOCATION: Final = "90"

Row = tuple[int, int, str, str]
"""Easting, northing, district, ward."""


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("zip", type=Path, help="Code-Point Open as Ordnance Survey ships it")
    parser.add_argument("folder", type=Path, help="where to write wards.geojson, teams.csv and coverage.csv")
    arguments = parser.parse_args()
    write_files(arguments.zip, arguments.folder)


def write_files(source: Path, folder: Path) -> None:
    """Write wards, and a team for each of them with its coverage."""
    with ZipFile(source) as archive:
        rows = [row for row in read_rows(archive) if row[3]]
        names, district_names = read_ward_names(archive), read_district_names(archive)
    district_of = {ward: district for _, _, district, ward in rows}
    polygons = unite(rows)
    folder.mkdir(parents=True, exist_ok=True)
    write_geojson(
        folder / "wards.geojson",
        [
            feature(code, names.get(code, code), district_of[code], district_names.get(district_of[code], ""), polygon)
            for code, polygon in polygons.items()
        ],
    )
    write_teams(folder, {code: district_of[code] for code in polygons}, names)


def read_rows(archive: ZipFile) -> Iterator[Row]:
    """The located postcodes of the whole country."""
    for name in archive.namelist():
        if Path(name).match("Data/CSV/*.csv"):
            with archive.open(name) as stream:
                for record in csv.reader(io.TextIOWrapper(stream, "ascii", newline="")):
                    if record[1] != NO_LOCATION:
                        yield int(record[2]), int(record[3]), record[8], record[9]


def read_ward_names(archive: ZipFile) -> dict[str, str]:
    """Names of every kind of ward in the release's code list."""
    return _names(archive, ("DIW", "LBW", "MTW", "UTE", "UTW"))


def read_district_names(archive: ZipFile) -> dict[str, str]:
    """Names of every kind of district."""
    return _names(archive, ("DIS", "LBO", "MTD", "UTA"))


def _names(archive: ZipFile, sheets: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for sheet in sheets:
        try:
            found.update(read_names(archive, sheet))
        except KeyError:
            continue  # not in this release
    return found


def unite(rows: Iterable[Row]) -> dict[str, shapely.Geometry]:
    """The union of the cells of each ward's postcodes, by code."""
    ward_at: dict[tuple[int, int], str] = {}
    for easting, northing, _, ward in rows:
        ward_at.setdefault((easting, northing), ward)
    points = np.array(list(ward_at), dtype=np.float64)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), ordered=True))
    cells = shapely.clip_by_rect(cells, *EXTENT)
    codes, groups = _grouped(np.array(list(ward_at.values())))
    return {code: tidy(shapely.coverage_union_all(cells[group])) for code, group in zip(codes, groups, strict=True)}


def _grouped(labels: NDArray[np.str_]) -> tuple[list[str], list[NDArray[np.intp]]]:
    order = np.argsort(labels, kind="stable")
    codes, starts = np.unique(labels[order], return_index=True)
    return codes.tolist(), np.split(order, starts[1:])


def write_teams(folder: Path, district_of: Mapping[str, str], names: Mapping[str, str]) -> None:
    """A team for each ward, of the force of its district."""
    with (PLACES / "districts.csv").open(encoding="utf-8", newline="") as stream:
        force_of = {row["gss_code"]: row["force_id"] for row in csv.DictReader(stream)}
    teams, coverage = [], []
    for code, district in district_of.items():
        team = code.lower()
        about = (team, names.get(code, code), force_of.get(district, "west-midlands"), district, "Invented.")
        teams.append((*about, f"{team}@example.org", "101"))
        coverage.append((code, team))
    write_csv(folder / "teams.csv", ("id", "name", "force_id", "area", "description", "email", "telephone"), teams)
    write_csv(folder / "coverage.csv", ("gss_code", "team_id"), coverage)


if __name__ == "__main__":
    main()
