"""Builds about 8,000 wards for the whole of Great Britain, for benchmarks, from the Voronoi cells of postcodes.

Built from Code-Point Open like the wards that ship (`scripts/shipped_data/build_west_midlands.py`), and no more
official than those.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from shapely import Geometry, box, intersection

from geodata.check_report import Report
from geodata.progress import NO_STEP
from geodata.readers.postcodes.postcode_files import read_batches
from scripts.shipped_data.build_west_midlands import Point, feature, unite_cells, write_geojson

_LAND_BOX: Final = box(0, 0, 700_000, 1_300_000)
"""The cells of the outermost postcodes reach far beyond the country."""


def write_national_wards(postcodes: Path, output: Path) -> None:
    """Write the wards as GeoJSON in metres; a file that exists is complete."""
    wards, districts = _wards_of_points(postcodes)
    polygons = {code: intersection(polygon, _LAND_BOX) for code, polygon in unite_cells(wards).items()}
    unfinished = output.with_suffix(".part")
    write_geojson(unfinished, (_feature(code, districts, polygon) for code, polygon in polygons.items()))
    unfinished.replace(output)


def _feature(code: str, districts: Mapping[str, str], polygon: Geometry) -> dict[str, object]:
    """Uses codes as names."""
    return feature(code, code, districts[code], districts[code], polygon)


def _wards_of_points(path: Path) -> tuple[dict[Point, str], dict[str, str]]:
    """The ward of each distinct point, the first by code if there are two; and the district of each ward."""
    wards: dict[Point, str] = {}
    districts: dict[str, str] = {}
    for batch in read_batches(path, Report(path.name), NO_STEP):
        for _, easting, northing, _, district, ward, _ in batch.rows.tolist():
            if ward:
                point, code = (easting, northing), ward.decode()
                wards[point] = min(code, wards.get(point, code))
                districts[code] = district.decode()
    return dict(sorted(wards.items())), districts
