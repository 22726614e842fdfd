"""Boundary files of every promised format and grid come out as the wards that went in."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pyproj
import pytest
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geodata.check_report import Report
from geodata.district import District
from geodata.errors import SourceError
from geodata.projection.declared_crs import identify_crs
from geodata.projection.ostn15 import to_lonlat_many
from geodata.readers.boundaries.read_wards import read_wards
from geodata.readers.boundaries.ward_columns import ANY_COLUMNS, WardColumns
from geodata.readers.boundaries.ward_file_options import WardFileOptions
from geodata.readers.supplied_files import fingerprint
from geodata.shipped_data import SHIPPED_FOLDER
from geodata.ward import Ward
from tests.support.boundary_files import pack, write_boundaries
from tests.support.builders import LADYWOOD, SPARKBROOK, square

Vertices = NDArray[np.float64]

WARDS: Final = [
    Ward(LADYWOOD, "Ladywood", District("", ""), square(406_000, 286_000)),
    Ward(SPARKBROOK, "Sparkbrook & Balsall Heath", District("", ""), square(408_000, 284_000)),
]
NEAR_M: Final = 0.01


def read(path: Path, columns: WardColumns = ANY_COLUMNS, layers: Sequence[str] = ()) -> tuple[list[Ward], Report]:
    report = Report(path.name)
    return read_wards(path, report, WardFileOptions(columns, layers)), report


def moved(wards: list[Ward], move: Callable[[Vertices], Vertices]) -> list[Ward]:
    return [replace(ward, polygon=shapely.transform(ward.polygon, move)) for ward in wards]


def in_degrees(wards: list[Ward]) -> list[Ward]:
    """By OSTN15."""
    return moved(wards, to_lonlat_many)


def by_proj(wards: list[Ward], source: str, target: str) -> list[Ward]:
    transformer = pyproj.Transformer.from_crs(source, target, always_xy=True)
    return moved(wards, lambda points: np.column_stack(transformer.transform(points[:, 0], points[:, 1])))


def are_the_same(found: list[Ward], expected: list[Ward]) -> bool:
    """Whether wards have the same codes and names, and their outlines lie within a centimetre of each other."""
    return [(ward.gss_code, ward.name) for ward in found] == [(ward.gss_code, ward.name) for ward in expected] and all(
        shapely.hausdorff_distance(one.polygon, other.polygon) < NEAR_M
        for one, other in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp", ".gml", ".tab", ".mif", ".fgb", ".gdb"])
def test_metres_are_read_as_they_are(tmp_path: Path, suffix: str) -> None:
    path = write_boundaries(tmp_path / f"wards{suffix}", WARDS)

    wards, report = read(path)

    assert are_the_same(wards, WARDS)
    assert report.findings == []


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp", ".kml", ".gml", ".fgb", ".gdb"])
def test_degrees_are_transformed_to_the_grid(tmp_path: Path, suffix: str) -> None:
    path = write_boundaries(tmp_path / f"wards{suffix}", in_degrees(WARDS), crs="EPSG:4326")

    wards, report = read(path)

    assert are_the_same(wards, WARDS)
    assert [finding.problem for finding in report.findings] == ["the degrees were made by OSTN15, which was undone."]


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:32630", "EPSG:25830", "EPSG:3035", "EPSG:4258"])
def test_any_grid_that_a_file_declares_is_taken(tmp_path: Path, crs: str) -> None:
    path = write_boundaries(tmp_path / "wards.gpkg", by_proj(in_degrees(WARDS), "EPSG:4326", crs), crs=crs)

    wards, report = read(path)

    assert are_the_same(wards, WARDS)
    assert report.errors == 0


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp"])
@pytest.mark.parametrize(
    ("wards", "crs", "looks"),
    [
        pytest.param(moved(in_degrees(WARDS), np.fliplr), "EPSG:4326", "degrees with latitude first", id="swapped"),
        pytest.param(in_degrees(WARDS), "EPSG:27700", "degrees", id="degrees as metres"),
        pytest.param(WARDS, "EPSG:4326", "metres", id="metres as degrees"),
        pytest.param(moved(WARDS, lambda points: points + 5e6), "EPSG:27700", "no place in Great Britain", id="far"),
    ],
)
def test_coordinates_that_do_not_fit_the_declared_grid_are_refused(
    tmp_path: Path, suffix: str, wards: list[Ward], crs: str, looks: str
) -> None:
    path = write_boundaries(tmp_path / f"wards{suffix}", wards, crs=crs)

    found, report = read(path)

    assert found == []
    assert [
        (each.column, bool(each.remedy), each.problem.endswith(f"look like {looks}.")) for each in report.findings
    ] == [("crs", True, True)]


def test_degrees_of_the_national_grids_own_datum_are_taken_without_a_shift(tmp_path: Path) -> None:
    wards = by_proj(WARDS, "EPSG:27700", "EPSG:4277")
    path = write_boundaries(tmp_path / "wards.gpkg", wards, crs="EPSG:4277")

    found, _ = read(path)

    assert are_the_same(found, WARDS)


def test_a_shapefile_is_read_from_its_folder(tmp_path: Path) -> None:
    write_boundaries(tmp_path / "wards.shp", WARDS)

    wards, _ = read(tmp_path)

    assert are_the_same(wards, WARDS)


def test_a_shapefile_among_other_files_is_read_by_its_name(tmp_path: Path) -> None:
    path = write_boundaries(tmp_path / "wards.shp", WARDS)
    (tmp_path / "elsewhere").symlink_to("/")

    wards, _ = read(path)

    assert are_the_same(wards, WARDS)


def test_a_part_of_a_shapefile_that_is_a_link_is_refused(tmp_path: Path) -> None:
    path = write_boundaries(tmp_path / "wards.shp", WARDS)
    path.with_suffix(".cpg").unlink()
    path.with_suffix(".cpg").symlink_to("/etc/passwd")

    with pytest.raises(SourceError, match=r"holds wards\.cpg, which is a link or no file"):
        read(path)


@pytest.mark.parametrize("changed", [".shp", ".dbf", ".prj"])
def test_the_fingerprint_of_a_shapefile_is_that_of_all_its_files(tmp_path: Path, changed: str) -> None:
    path = write_boundaries(tmp_path / "wards.shp", WARDS)
    before, _ = fingerprint(path, 1)
    path.with_suffix(changed).write_bytes(path.with_suffix(changed).read_bytes() + b" ")

    after, _ = fingerprint(path, 1)

    assert after != before


@pytest.mark.parametrize("prefix", ["", "WD_MAY_2026_UK_BFC/"])
def test_a_shapefile_is_read_from_its_zip(tmp_path: Path, prefix: str) -> None:
    (tmp_path / "files").mkdir()
    write_boundaries(tmp_path / "files" / "wards.shp", WARDS)
    path = pack(tmp_path / "wards.zip", tmp_path / "files", prefix)

    wards, _ = read(path)

    assert are_the_same(wards, WARDS)


def test_a_kmz_is_read(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    write_boundaries(tmp_path / "files" / "doc.kml", in_degrees(WARDS), crs="EPSG:4326")
    path = pack(tmp_path / "wards.kmz", tmp_path / "files")

    wards, _ = read(path)

    assert are_the_same(wards, WARDS)


def test_names_in_a_shapefile_keep_their_accents(tmp_path: Path) -> None:
    wards = [Ward(LADYWOOD, "Ynys Môn, Siân", District("", ""), square(406_000, 286_000))]
    path = write_boundaries(tmp_path / "wards.shp", wards, encoding="UTF-8")

    (found,), _ = read(path)

    assert found.name == "Ynys Môn, Siân"


def test_the_shipped_wards_come_back_from_a_geopackage(tmp_path: Path) -> None:
    shipped, _ = read(SHIPPED_FOLDER / "wards.geojson")
    path = write_boundaries(tmp_path / "wards.gpkg", shipped)

    wards, report = read(path)

    assert are_the_same(wards, shipped)
    assert report.findings == []


def test_a_geopackage_with_the_views_of_the_first_standard_is_read(tmp_path: Path) -> None:
    path = write_boundaries(tmp_path / "wards.gpkg", WARDS)
    with sqlite3.connect(path) as database:
        database.execute("CREATE VIEW st_spatial_ref_sys AS SELECT srs_name FROM gpkg_spatial_ref_sys")
    database.close()

    wards, _ = read(path)

    assert are_the_same(wards, WARDS)


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp", ".kml", ".gml", ".fgb", ".gdb"])
def test_pieces_and_holes_are_kept_in_every_format(tmp_path: Path, suffix: str) -> None:
    ring = Polygon(square(406_000, 286_000).exterior, [square(406_400, 286_400, 100).exterior])
    wards = [replace(WARDS[0], polygon=MultiPolygon([ring, square(410_000, 286_000, 50)]))]
    path = write_boundaries(tmp_path / f"wards{suffix}", in_degrees(wards), crs="EPSG:4326")

    (found,), _ = read(path)

    assert found.polygon.area == pytest.approx(1000**2 - 100**2 + 50**2, abs=10)


# WardColumns


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("WD25CD", "WD25NM"),
        ("wd27cd", "wd27nm"),
        ("WARD_CODE", "WARD_NAME"),
        ("Ward code", "Ward name"),
        ("GSS_CODE", "NAME"),
        ("wardcode", "Ward"),
    ],
)
def test_code_and_name_are_found_under_any_usual_heading(tmp_path: Path, code: str, name: str) -> None:
    path = write_boundaries(tmp_path / "wards.gpkg", WARDS, columns={"id": "name", name: "name", code: "gss_code"})

    wards, _ = read(path)

    assert are_the_same(wards, WARDS)


def test_columns_that_are_given_are_taken_before_those_found(tmp_path: Path) -> None:
    columns = {"WD25CD": "name", "WD25NM": "gss_code", "ref": "gss_code", "label": "name", "part": "name"}
    path = write_boundaries(tmp_path / "wards.gpkg", WARDS, columns=columns)

    wards, _ = read(path, WardColumns(code="ref", name="label", district="part"))

    assert are_the_same(wards, WARDS)
    assert [ward.district for ward in wards] == [District("", ward.name) for ward in WARDS]


def test_two_columns_that_could_be_the_code_are_not_guessed_between(tmp_path: Path) -> None:
    columns = {"WD22CD": "gss_code", "WD25CD": "gss_code", "WD25NM": "name"}
    path = write_boundaries(tmp_path / "wards.gpkg", WARDS, columns=columns)

    wards, report = read(path)

    assert wards == []
    assert [(each.problem, each.remedy) for each in report.findings] == [
        ("several columns can be the ward's code: WD22CD, WD25CD.", "Say which one with --code-column.")
    ]


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        (
            ANY_COLUMNS,
            "Say with --code-column which of area, label it is, or give a table of names and codes with --codes-from.",
        ),
        (WardColumns(code="gss"), "Give --code-column one of area, label."),
    ],
)
def test_a_missing_column_is_reported_with_the_existing_ones(tmp_path: Path, given: WardColumns, remedy: str) -> None:
    path = write_boundaries(tmp_path / "wards.gpkg", WARDS, columns={"area": "gss_code", "label": "name"})

    _, report = read(path, given)

    assert remedy in [finding.remedy for finding in report.findings]


def test_the_district_of_a_ward_of_2013_is_found_by_its_old_code(shared_data: Path) -> None:
    wards, _ = read(shared_data / "wards" / "wards-2013-bgc.geojson")

    counts = {name: [ward.district.name for ward in wards].count(name) for name in ("Birmingham", "Dudley", "")}
    assert counts == {"Birmingham": 40, "Dudley": 24, "": 0}


# What is declared, and what is not


def test_a_shapefile_without_prj_is_taken_where_its_numbers_are_metres(tmp_path: Path) -> None:
    path = write_boundaries(tmp_path / "wards.shp", WARDS)
    path.with_suffix(".prj").unlink()

    wards, report = read(path)

    assert are_the_same(wards, WARDS)
    assert [finding.problem for finding in report.findings] == [
        "the file declares no grid; its numbers can only be British National Grid metres."
    ]


def test_undeclared_degrees_are_taken_where_they_come_back_onto_ordnance_surveys_vertices(tmp_path: Path) -> None:
    path = write_boundaries(tmp_path / "wards.shp", in_degrees(WARDS), crs="EPSG:4326")
    path.with_suffix(".prj").unlink()

    wards, _ = read(path)

    assert are_the_same(wards, WARDS)


def test_undeclared_degrees_that_may_be_of_any_datum_are_refused_with_the_remedy(tmp_path: Path) -> None:
    off = [Ward(LADYWOOD, "Ladywood", District("", ""), shapely.box(-1.91, 52.47, -1.90, 52.48))]
    path = write_boundaries(tmp_path / "wards.shp", off, crs="EPSG:4326")
    path.with_suffix(".prj").unlink()

    wards, report = read(path)

    assert wards == []
    assert [".prj" in finding.remedy for finding in report.findings] == [True]


@pytest.mark.parametrize(
    "declared",
    [
        "EPSG:27700",
        "urn:ogc:def:crs:EPSG::27700",
        "http://www.opengis.net/def/crs/EPSG/0/27700",
        pyproj.CRS(27700).to_wkt("WKT1_ESRI"),
        pyproj.CRS(27700).to_wkt("WKT2_2019"),
    ],
)
def test_the_national_grid_is_identified_in_every_spelling(declared: str) -> None:
    assert identify_crs(declared) == "EPSG:27700"


@pytest.mark.parametrize(
    "declared", ["+proj=longlat +nadgrids=/etc/passwd", "EPSG:99999", "WGS84", "", "PROJCS[" * 5000]
)
def test_text_that_is_neither_a_code_nor_well_known_text_is_not_identified(declared: str) -> None:
    assert identify_crs(declared) == ""


# Files that are not whole


def test_a_shapefile_without_its_table_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    path = write_boundaries(tmp_path / "wards.shp", WARDS)
    path.with_suffix(".dbf").unlink()

    with pytest.raises(SourceError, match=r"lacks \.dbf beside the \.shp"):
        read(path)


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".kml", ".gml", ".fgb", ".mif"])
def test_a_file_cut_short_is_refused_in_words(tmp_path: Path, suffix: str) -> None:
    path = write_boundaries(tmp_path / f"wards{suffix}", in_degrees(WARDS), crs="EPSG:4326")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])

    with pytest.raises(SourceError, match=f"wards{suffix} "):
        read(path)


def test_two_layers_of_wards_are_not_guessed_between(tmp_path: Path) -> None:
    path = write_boundaries(tmp_path / "wards.gpkg", WARDS, layer="old")
    write_boundaries(path, WARDS, layer="new", append=True)

    with pytest.raises(SourceError) as refused:
        read(path)

    assert str(refused.value) == (
        "wards.gpkg has several layers that can be the wards: old, new. Say which one with --layer."
    )


def test_two_boundary_files_in_a_folder_are_not_guessed_between(tmp_path: Path) -> None:
    write_boundaries(tmp_path / "old.gpkg", WARDS)
    write_boundaries(tmp_path / "new.geojson", WARDS)

    with pytest.raises(SourceError, match=r"must hold one boundary file and holds several: new\.geojson, old\.gpkg"):
        read(tmp_path)
