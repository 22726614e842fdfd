"""Formats that are read by other drivers of GDAL, or refused with a remedy that works."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyproj
import pytest
from shapely import box, get_coordinates

from geodata.check_report import Report
from geodata.district import District
from geodata.errors import SourceError
from geodata.projection.ostn15 import to_lonlat_many
from geodata.readers.boundaries.read_wards import read_wards
from geodata.ward import Ward
from tests.support.boundary_files import pack, write_boundaries
from tests.support.builders import LADYWOOD, SPARKBROOK, square

WARDS: Final = [
    Ward(LADYWOOD, "Ladywôod", District("", ""), square(406_000, 286_000)),
    Ward(SPARKBROOK, "Sparkbrook", District("", ""), square(407_000, 286_000)),
]
NAMES: Final = ["Ladywôod", "Sparkbrook"]


def read(path: Path) -> tuple[list[Ward], Report]:
    report = Report(path.name)
    return read_wards(path, report), report


def refusal_of(path: Path) -> str:
    with pytest.raises(SourceError) as refused:
        read(path)
    return str(refused.value)


# Of several files


@pytest.mark.parametrize("suffix", [".tab", ".mif", ".gdb"])
@pytest.mark.parametrize("prefix", ["", "Wards May 2025/"])
def test_a_format_of_several_files_is_read_from_its_zip(tmp_path: Path, suffix: str, prefix: str) -> None:
    (tmp_path / "files").mkdir()
    path = write_boundaries(tmp_path / "files" / f"wards{suffix}", WARDS)
    folder = path if suffix == ".gdb" else path.parent
    packed = pack(tmp_path / "wards.zip", folder, f"{prefix}wards.gdb/" if suffix == ".gdb" else prefix)

    wards, _ = read(packed)

    assert sorted(ward.name for ward in wards) == NAMES


@pytest.mark.parametrize("suffix", [".tab", ".mif"])
def test_a_format_of_several_files_is_read_by_the_main_one(tmp_path: Path, suffix: str) -> None:
    path = write_boundaries(tmp_path / f"wards{suffix}", WARDS)
    shutil.copy(path, tmp_path / "other.tab")

    assert len(read(path)[0]) == 2


@pytest.mark.parametrize(("suffix", "missing"), [(".tab", ".map"), (".tab", ".dat"), (".mif", ".mid")])
def test_a_missing_file_is_named(tmp_path: Path, suffix: str, missing: str) -> None:
    path = write_boundaries(tmp_path / f"wards{suffix}", WARDS)
    path.with_suffix(missing).unlink()

    assert refusal_of(path) == f"wards{suffix} lacks {missing} beside the {suffix}. Pack all its files together."


def test_the_wards_are_found_among_the_feature_classes_of_a_geodatabase(tmp_path: Path) -> None:
    path = write_boundaries(tmp_path / "b.gdb", WARDS, layer="WD_MAY_2025")
    write_boundaries(path, [WARDS[0]], layer="LAD_MAY_2025", columns={"LAD25CD": "gss_code"}, append=True)

    wards, report = read(path)

    assert [ward.name for ward in wards] == NAMES
    assert [each.problem for each in report.findings] == [
        "the wards are those of the layer WD_MAY_2025. --layer takes another: LAD_MAY_2025."
    ]


# JSON of other kinds


def esri_json(**members: Any) -> dict[str, Any]:
    """The wards as ArcGIS answers to f=json: outer rings run clockwise, holes the other way."""
    hole = [[406_400, 286_400], [406_600, 286_400], [406_600, 286_600], [406_400, 286_600], [406_400, 286_400]]
    rings = [get_coordinates(ward.polygon.reverse()).tolist() for ward in WARDS]
    shapes = [[rings[0], hole], [rings[1]]]
    return {
        "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": 27700, "latestWkid": 27700},
        "fields": [{"name": name, "type": "esriFieldTypeString"} for name in ("WD25CD", "WD25NM")],
        "features": [
            {"attributes": {"WD25CD": ward.gss_code, "WD25NM": ward.name}, "geometry": {"rings": shape}}
            for ward, shape in zip(WARDS, shapes, strict=True)
        ],
    } | members


def topojson() -> dict[str, Any]:
    """The wards with one arc for each, in degrees."""
    arcs = [to_lonlat_many(get_coordinates(ward.polygon)).tolist() for ward in WARDS]
    geometries = [
        {"type": "Polygon", "arcs": [[i]], "properties": {"WD25CD": ward.gss_code, "WD25NM": ward.name}}
        for i, ward in enumerate(WARDS)
    ]
    return {
        "type": "Topology",
        "arcs": arcs,
        "objects": {"w": {"type": "GeometryCollection", "geometries": geometries}},
    }


def write(folder: Path, document: Any, name: str = "wards.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_esri_json_is_read_with_its_holes(tmp_path: Path) -> None:
    wards, report = read(write(tmp_path, esri_json()))

    assert [(ward.name, ward.polygon.area) for ward in wards] == [
        ("Ladywôod", 1000**2 - 200**2),
        ("Sparkbrook", 1000**2),
    ]
    assert report.findings == []


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"exceededTransferLimit": True}, "only a part of the data: the server stopped after 2 features"),
        ({"error": {"code": 500, "message": "Timed out"}}, "a server's error message: “Timed out (code 500)”"),
    ],
)
def test_esri_json_that_is_not_whole_is_refused(tmp_path: Path, members: dict[str, Any], says: str) -> None:
    assert says in refusal_of(write(tmp_path, esri_json(**members)))


def test_a_feature_of_esri_json_without_a_shape_is_reported(tmp_path: Path) -> None:
    document = esri_json()
    document["features"][1]["geometry"] = {"rings": "none"}

    wards, report = read(write(tmp_path, document))

    assert [ward.name for ward in wards] == ["Ladywôod"]
    assert [each.row for each in report.findings] == [2]


def test_esri_json_in_web_mercator_is_read(tmp_path: Path) -> None:
    document = esri_json(spatialReference={"wkid": 102100})
    to_mercator = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    for each in document["features"]:
        for ring in each["geometry"]["rings"]:
            longitudes, latitudes = to_lonlat_many(np.array(ring, dtype=np.float64)).T
            ring[:] = np.column_stack(to_mercator.transform(longitudes, latitudes)).tolist()

    wards, report = read(write(tmp_path, document))

    assert [round(ward.polygon.area, -2) for ward in wards] == [1000**2 - 200**2, 1000**2]
    assert report.errors == 0


def test_topojson_is_read(tmp_path: Path) -> None:
    wards, report = read(write(tmp_path, topojson(), "wards.topojson"))

    assert [ward.name for ward in wards] == NAMES
    assert report.errors == 0
    assert all(found.polygon.equals_exact(ward.polygon, 0.01) for found, ward in zip(wards, WARDS, strict=True))


# GML


def test_gml_of_a_server_that_has_more_is_refused(tmp_path: Path) -> None:
    path = write_boundaries(tmp_path / "wards.gml", WARDS)
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("<ogr:FeatureCollection", '<ogr:FeatureCollection numberMatched="8" numberReturned="2"')
    )

    assert "the server has 8 features and sent 2" in refusal_of(path)


# KML


def test_the_documents_of_a_kmz_are_joined(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    for i, ward in enumerate(WARDS):
        degrees = Ward(ward.gss_code, ward.name, ward.district, box(-1.9 + i * 0.01, 52.47, -1.89 + i * 0.01, 52.48))
        write_boundaries(tmp_path / "files" / f"doc{i}.kml", [degrees], crs="EPSG:4326")

    wards, _ = read(pack(tmp_path / "wards.kmz", tmp_path / "files"))

    assert [ward.name for ward in wards] == NAMES


def test_columns_in_descriptions_of_kml_are_read(tmp_path: Path) -> None:
    table = f"<table><tr><td>WD25CD</td><td>{LADYWOOD}</td></tr><tr><td>WD25NM</td><td>Ladywood</td></tr></table>"
    path = tmp_path / "wards.kml"
    path.write_text(
        f"""<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>7</name>
        <description><![CDATA[{table}]]>{" " * 2_000}</description><Polygon><outerBoundaryIs><LinearRing><coordinates>
        -1.91,52.47 -1.90,52.47 -1.90,52.48 -1.91,52.47</coordinates></LinearRing></outerBoundaryIs></Polygon>
        </Placemark></Document></kml>"""
    )

    wards, _ = read(path)

    assert [(ward.gss_code, ward.name) for ward in wards] == [(LADYWOOD, "Ladywood")]


# What is not read


def test_a_zip_in_a_zip_is_refused_with_what_helps(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "wards.kmz").write_bytes(b"PK")

    sentence = refusal_of(pack(tmp_path / "all.zip", tmp_path / "files"))

    assert sentence == "all.zip holds wards.kmz, which is packed again. Unpack it, and load what is inside."


@pytest.mark.parametrize("suffix", [".map", ".dat", ".id"])
def test_a_mapinfo_table_cut_short_is_refused(tmp_path: Path, suffix: str) -> None:
    many = [replace(WARDS[0], gss_code=f"E050{i:05}", polygon=square(400_000 + 2_000 * i, 286_000)) for i in range(60)]
    path = write_boundaries(tmp_path / "wards.tab", many)
    part = path.with_suffix(suffix)
    part.write_bytes(part.read_bytes()[: part.stat().st_size * 2 // 3])

    try:
        _, report = read(path)
    except SourceError:
        return
    assert report.errors > 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PAR1\x15\x04", "wards.bin is GeoParquet, which is not read here. Export it from QGIS or GeoPandas"),
        (b"\x1f\x8b\x08\x00", "wards.bin is packed with gzip. Unpack it, and load the file inside."),
        (b"7z\xbc\xaf\x27\x1c", "wards.bin is packed with 7-Zip."),
        (b"Rar!\x1a\x07\x01", "wards.bin is packed as RAR."),
        (b"%PDF-1.7", "wards.bin is a PDF, a map to look at. Ask for the boundaries themselves"),
    ],
)
def test_another_kind_of_file_is_refused_with_what_helps(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "wards.bin"
    path.write_bytes(content)

    assert refusal_of(path).startswith(says)
