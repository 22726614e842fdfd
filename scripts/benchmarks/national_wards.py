"""Wards for the whole of Great Britain, about 8,000, for measuring: the unions of the Voronoi cells of their postcodes.

Made from Code-Point Open as `scripts/shipped_data/build_west_midlands.py` makes those that ship, and no more official
than they are.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from shapely import Geometry, box, intersection

from geodata.check_report import Report
from geodata.progress import NO_STEP
from geodata.readers.postcodes.postcode_files import read_batches
from scripts.shipped_data.build_west_midlands import Point, feature, unite_cells, write_geojson

_GROUND: Final = box(0, 0, 700_000, 1_300_000)
"""The cells of the outermost postcodes reach far beyond the country."""


def write_national_wards(postcodes: Path, output: Path) -> None:
    """Write the wards as GeoJSON in metres, whole or not at all."""
    wards, districts = _wards_of_points(postcodes)
    polygons = {code: intersection(polygon, _GROUND) for code, polygon in unite_cells(wards).items()}
    unfinished = output.with_suffix(".part")
    write_geojson(unfinished, (_feature(code, districts, polygon) for code, polygon in polygons.items()))
    unfinished.replace(output)


def _feature(code: str, districts: Mapping[str, str], polygon: Geometry) -> dict[str, object]:
    """Codes stand for names, of which the release has a list for each kind of district."""
    return feature(code, code, districts[code], districts[code], polygon)


def _wards_of_points(path: Path) -> tuple[dict[Point, str], dict[str, str]]:
    """The ward that stands for each distinct point, the first by code where there are two; districts by ward."""
    wards: dict[Point, str] = {}
    districts: dict[str, str] = {}
    for batch in read_batches(path, Report(path.name), NO_STEP):
        for _, easting, northing, _, district, ward, _ in batch.rows.tolist():
            if ward:
                point, code = (easting, northing), ward.decode()
                wards[point] = min(code, wards.get(point, code))
                districts[code] = district.decode()
    return dict(sorted(wards.items())), districts
