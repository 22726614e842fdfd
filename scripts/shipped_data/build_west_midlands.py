"""Builds the postcodes, wards and sectors that ship from the OS Code-Point Open zip."""

import argparse
import csv
import io
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple, NoReturn, Self
from zipfile import ZipFile

import numpy as np
import shapely
from openpyxl import load_workbook

DISTRICTS: Final = frozenset(f"E080000{number}" for number in range(25, 32))
"""Birmingham, Coventry, Dudley, Sandwell, Solihull, Walsall, Wolverhampton."""
AREAS: Final = ("B", "CV", "DY", "WS", "WV")
"""Postcode areas that hold every postcode of the seven districts, and many of their neighbours."""
MARGIN: Final = 10_000
"""Metres around the force within which other areas' postcodes may bound its outer edge (in 2025.2 none does)."""
NO_LOCATION: Final = "90"
OUTSIDE: Final = ""
OUTPUT: Final = Path(__file__).resolve().parents[2] / "geodata" / "west_midlands"

Point = tuple[int, int]
"""Easting, northing in metres (EPSG:27700)."""


class Row(NamedTuple):
    """A located postcode as OS publishes it; the ward is empty outside the force."""

    postcode: str
    positional_quality: int
    easting: int
    northing: int
    district: str
    ward: str

    @property
    def point(self) -> Point:
        """Easting, northing."""
        return self.easting, self.northing

    @property
    def sector(self) -> str:
        """The postcode without its last two letters: `B2 4`."""
        return self.postcode[:-2]


class Box(NamedTuple):
    """An upright rectangle in metres, edges included."""

    west: int
    south: int
    east: int
    north: int

    @classmethod
    def enclosing(cls, points: Sequence[Point], margin: int) -> Self:
        """The smallest box with every point, widened by a margin in metres."""
        eastings, northings = zip(*points, strict=True)
        return cls(min(eastings) - margin, min(northings) - margin, max(eastings) + margin, max(northings) + margin)

    def holds(self, point: Point) -> bool:
        """Whether the point is within the box or on its edge."""
        easting, northing = point
        return self.west <= easting <= self.east and self.south <= northing <= self.north


def main() -> None:
    """Write the three files, or nothing where a postcode would not be in its ward."""
    arguments = _arguments()
    started = time.perf_counter()
    with ZipFile(arguments.zip) as archive:
        ward_names, district_names = read_names(archive, "MTW"), read_names(archive, "MTD")
        home = sorted(row for area in AREAS for row in read_area(archive, area))
        box = Box.enclosing([row.point for row in home if row.ward], MARGIN)
        sectors, nearby = survey_elsewhere(archive, box)
    polygons = unite_cells(ward_of_each_point([*home, *nearby]))
    check_every_postcode([*home, *nearby], polygons)
    districts = {row.ward: row.district for row in home}
    features = [
        feature(code, ward_names[code], districts[code], district_names[districts[code]], polygon)
        for code, polygon in polygons.items()
    ]
    arguments.output.mkdir(parents=True, exist_ok=True)
    write_csv(arguments.output / "postcodes.csv", Row._fields, home)
    write_csv(arguments.output / "sectors.csv", ("sector", "district"), sorted(sectors.items()))
    write_geojson(arguments.output / "wards.geojson", features)
    summarise(home, sectors, polygons)
    _say(f"done in {time.perf_counter() - started:.1f} s")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("zip", type=Path, help="code-point-open-2025.2.zip as Ordnance Survey ships it")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="folder to write to")
    return parser.parse_args()


def read_names(archive: ZipFile, sheet: str) -> dict[str, str]:
    """Names by GSS code from a sheet of the release's code list, without the suffixes that it adds."""
    with archive.open("Doc/Codelist.xlsx") as stream:
        rows = load_workbook(io.BytesIO(stream.read()), read_only=True)[sheet].iter_rows(values_only=True)
        return {str(code): strip_suffixes(str(name)) for name, code in rows}


def strip_suffixes(name: str) -> str:
    """`Ladywood Ward` is Ladywood; `City of Wolverhampton District (B)` is Wolverhampton."""
    for suffix in (" (B)", " District", " Ward"):
        name = name.removesuffix(suffix)
    return name.removeprefix("City of ")


def read_area(archive: ZipFile, area: str) -> Iterator[Row]:
    """The located postcodes of one postcode area."""
    with archive.open(f"Data/CSV/{area.lower()}.csv") as stream:
        for record in csv.reader(io.TextIOWrapper(stream, "ascii", newline="")):
            if record[1] != NO_LOCATION:
                yield parse_record(record)


def parse_record(record: Sequence[str]) -> Row:
    """One record of the ten columns, the postcode brought to one space (OS has used several paddings)."""
    postcode, quality, easting, northing, _, _, _, _, district, ward = record
    return Row(
        f"{postcode[:-3].rstrip()} {postcode[-3:]}",
        int(quality),
        int(easting),
        int(northing),
        district,
        ward if district in DISTRICTS else OUTSIDE,
    )


def survey_elsewhere(archive: ZipFile, box: Box) -> tuple[dict[str, str], list[Row]]:
    """The rest of Great Britain: the main district of each sector, and the postcodes near enough to bound a ward."""
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    nearby: list[Row] = []
    areas = sorted(set(_areas_in(archive)).difference(AREAS))
    for number, area in enumerate(areas, start=1):
        _progress(f"{number} of {len(areas)} other postcode areas: {area}")
        for row in read_area(archive, area):
            if row.district:
                votes[row.sector][row.district] += 1
            if box.holds(row.point):
                nearby.append(row)
    return {sector: main_district(count) for sector, count in votes.items()}, nearby


def _areas_in(archive: ZipFile) -> Iterator[str]:
    for name in archive.namelist():
        path = Path(name)
        if path.match("Data/CSV/*.csv"):
            yield path.stem.upper()


def main_district(votes: Mapping[str, int]) -> str:
    """The district with most postcodes, the lowest code of those that tie."""
    return min(votes, key=lambda district: (-votes[district], district))


def ward_of_each_point(rows: Iterable[Row]) -> dict[Point, str]:
    """The ward that stands for each distinct point, sorted; OUTSIDE beyond the force.

    Rows without a district are left out: they cannot say on which side of an edge they stand. No point of 2025.2
    has two wards; a release where one has must be looked at, since no polygon can satisfy both.
    """
    wards: dict[Point, str] = {}
    for row in rows:
        if row.district and wards.setdefault(row.point, row.ward) != row.ward:
            _refuse(f"{row.postcode} and another postcode are at {row.point} but not in one ward")
    return dict(sorted(wards.items()))


def unite_cells(wards: Mapping[Point, str]) -> dict[str, shapely.Geometry]:
    """The union of the Voronoi cells of each ward's points, by code, vertices on whole metres.

    Neighbours meet in vertices of the same cells, so that rounding moves both sides of an edge alike. Whole metres
    do, since no postcode of 2025.2 is nearer than five to an edge of its ward.
    """
    _say(f"cells of {len(wards):,} points")
    points = shapely.multipoints(np.array(list(wards), dtype=np.float64))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, ordered=True))
    codes, places = np.unique(list(wards.values()), return_inverse=True)
    ends = np.cumsum(np.bincount(places))[:-1]
    groups = zip(codes.tolist(), np.split(cells[np.argsort(places, kind="stable")], ends), strict=True)
    return {code: tidy(shapely.coverage_union_all(group)) for code, group in groups if code != OUTSIDE}


def tidy(polygon: shapely.Geometry) -> shapely.Geometry:
    """Rounded, without the vertices that rounding made equal, in one order and turned as GeoJSON asks."""
    rounded = shapely.remove_repeated_points(shapely.transform(polygon, np.rint), 0)
    return shapely.orient_polygons(shapely.normalize(rounded))


def check_every_postcode(rows: Iterable[Row], polygons: Mapping[str, shapely.Geometry]) -> None:
    """Stop unless each postcode with a district is strictly within its ward's polygon and touches no other."""
    if invalid := [code for code, polygon in polygons.items() if not shapely.is_valid(polygon)]:
        _refuse(f"rounding broke the polygons of {invalid}")
    known = [row for row in rows if row.district]
    expected = {(row.postcode, row.ward) for row in known if row.ward}
    for predicate in ("within", "intersects"):
        if wrong := expected ^ wards_met(known, polygons, predicate):
            _refuse(f"{len(wrong)} postcodes do not match by {predicate!r}, such as {min(wrong)}")


def wards_met(
    rows: Sequence[Row], polygons: Mapping[str, shapely.Geometry], predicate: Literal["within", "intersects"]
) -> set[tuple[str, str]]:
    """The pairs of postcode and ward code whose point and polygon meet the predicate."""
    codes = list(polygons)
    points = shapely.points(np.array([row.point for row in rows]))
    pairs = shapely.STRtree(list(polygons.values())).query(points, predicate)
    return {(rows[row].postcode, codes[ward]) for row, ward in pairs.T}


def feature(code: str, name: str, district: str, district_name: str, area: shapely.Geometry) -> dict[str, object]:
    """A ward under the property names of the Office for National Statistics' wards of May 2025."""
    polygons = [rings(polygon) for polygon in shapely.get_parts(area)]
    single = len(polygons) == 1
    return {
        "type": "Feature",
        "properties": {"WD25CD": code, "WD25NM": name, "LAD25CD": district, "LAD25NM": district_name},
        "geometry": {
            "type": "Polygon" if single else "MultiPolygon",
            "coordinates": polygons[0] if single else polygons,
        },
    }


def rings(polygon: shapely.Geometry) -> list[list[list[int]]]:
    """The outer ring, then the holes, as pairs of easting and northing in whole metres."""
    return [shapely.get_coordinates(ring).astype(int).tolist() for ring in shapely.get_rings(polygon)]


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a header and rows, the same bytes on every system."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_geojson(path: Path, features: Iterable[Mapping[str, object]]) -> None:
    """One feature a line, so that a change shows as the wards that it touches."""
    grid = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in features)
    head = f'{{"type":"FeatureCollection","crs":{json.dumps(grid, separators=(",", ":"))},"features":[\n'
    path.write_text(f"{head}{lines}\n]}}\n", encoding="utf-8", newline="\n")


def summarise(rows: Sequence[Row], sectors: Mapping[str, str], polygons: Mapping[str, shapely.Geometry]) -> None:
    """Print what was written, in numbers."""
    inside = sum(1 for row in rows if row.ward)
    unknown = sum(1 for row in rows if not row.district)
    vertices = shapely.get_num_coordinates(list(polygons.values())).sum()
    _say(f"{inside:,} postcodes in {len(polygons)} wards of {vertices:,} vertices")
    _say(f"{len(rows) - inside - unknown:,} postcodes beyond the force, {unknown} without a district")
    _say(f"{len(sectors):,} sectors elsewhere")


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text:60}\r")
        sys.stderr.flush()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _refuse(reason: str) -> NoReturn:
    sys.exit(f"nothing written: {reason}")


if __name__ == "__main__":
    main()
