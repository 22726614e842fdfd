"""Writes wards to boundary files in the formats of suppliers."""

import zipfile
from collections.abc import Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pyogrio.raw  # type: ignore[import-untyped]
import shapely

from geodata.ward import Ward

DRIVERS: Final = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".kml": "LIBKML",
    ".geojson": "GeoJSON",
    ".gml": "GML",
    ".tab": "MapInfo File",
    ".mif": "MapInfo File",
    ".fgb": "FlatGeobuf",
    ".gdb": "OpenFileGDB",
}
OFFICIAL: Final = {"WD25CD": "gss_code", "WD25NM": "name"}


def write_boundaries(
    path: Path,
    wards: Sequence[Ward],
    *,
    crs: str | None = "EPSG:27700",
    columns: Mapping[str, str] = OFFICIAL,
    texts: Mapping[str, str] = MappingProxyType({}),
    **options: Any,
) -> Path:
    """A file in the format of its suffix; `columns` names the ward's attribute, dotted or not, that stands in each.

    `texts` are further columns with the same text for every ward.
    """
    held = [np.array(list(map(attrgetter(attribute), wards)), dtype=object) for attribute in columns.values()]
    held += [np.array([text] * len(wards), dtype=object) for text in texts.values()]
    defaults = {
        "geometry_type": "Unknown" if path.suffix == ".kml" else "MultiPolygon",
        "promote_to_multi": path.suffix != ".kml",
        "driver": DRIVERS[path.suffix],
        "layer": "wards",
        **({"SPATIAL_INDEX": "NO"} if path.suffix == ".fgb" else {}),  # an index would change the order
    }
    pyogrio.raw.write(
        path,
        geometry=np.array([shapely.to_wkb(ward.polygon) for ward in wards], dtype=object),
        field_data=held,
        fields=np.array([*columns, *texts], dtype=object),
        crs=crs,
        **defaults | options,
    )
    return path


def pack(path: Path, folder: Path, prefix: str = "") -> Path:
    """A zip of the files of a folder."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{prefix}{file.name}")
    return path
