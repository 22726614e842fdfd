"""Which layer or file holds the wards: found by itself, or named; Boundary-Line as Ordnance Survey ships it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from geodata.check_report import Report
from geodata.district import District
from geodata.errors import SourceError
from geodata.readers.boundaries.boundary_line_names import district_of_file_name
from geodata.readers.boundaries.read_wards import read_wards
from geodata.readers.boundaries.ward_file_options import WardFileOptions
from geodata.ward import Ward
from tests.support.boundary_files import OFFICIAL, pack, write_boundaries
from tests.support.builders import BIRMINGHAM, LADYWOOD, SPARKBROOK, square

WARDS: Final = [
    Ward(LADYWOOD, "Ladywood Ward", BIRMINGHAM, square(406_000, 286_000)),
    Ward(SPARKBROOK, "Sparkbrook Ward", BIRMINGHAM, square(408_000, 284_000)),
    Ward("E05011118", "Acocks Green Ward", BIRMINGHAM, square(410_000, 284_000)),
]
NAMES: Final = ["Ladywood", "Sparkbrook", "Acocks Green"]
DISTRICTS: Final = [replace(WARDS[0], gss_code="E08000025", name="Birmingham District (B)")]
PARISHES: Final = [replace(WARDS[0], gss_code="E04000001", name="Sutton Coldfield CP")]
NO_CODES: Final = [replace(WARDS[0], gss_code="999999999", name="Some Community Ward")]
DIVISIONS: Final = [replace(WARDS[0], gss_code="E05009999", name="Some ED")]
GEOPACKAGE: Final = {"Name": "name", "Census_Code": "gss_code"}
SHAPEFILE: Final = {"NAME": "name", "CODE": "gss_code"}


def read(path: Path, *layers: str) -> tuple[list[Ward], Report]:
    report = Report(path.name)
    return read_wards(path, report, WardFileOptions(layers=layers)), report


def names(wards: Sequence[Ward]) -> list[str]:
    return [ward.name for ward in wards]


def refusal_of(path: Path, *layers: str) -> str:
    with pytest.raises(SourceError) as refused:
        read(path, *layers)
    return str(refused.value)


@pytest.fixture
def boundary_line(tmp_path: Path) -> Path:
    """A GeoPackage with the layers and columns of Boundary-Line."""
    path = tmp_path / "bdline_gb.gpkg"
    texts = {"Area_Code": "MTW", "File_Name": "BIRMINGHAM_DISTRICT_(B)"}
    for layer, areas in {
        "community_ward": NO_CODES,
        "parish": PARISHES,
        "district_borough_unitary": DISTRICTS,
        "district_borough_unitary_ward": WARDS,
        "unitary_electoral_division": DIVISIONS,
        "westminster_const": [replace(DISTRICTS[0], gss_code="E14000001")],
    }.items():
        write_boundaries(path, areas, columns=GEOPACKAGE, texts=texts, layer=layer, append=path.exists())
    return path


def zip_of(folder: Path, files: Mapping[str, Sequence[Ward]], suffix: str = ".shp", **options: Any) -> Path:
    (folder / "files").mkdir()
    for name, areas in files.items():
        write_boundaries(folder / "files" / f"{name}{suffix}", areas, **{"columns": SHAPEFILE} | options)
    return pack(folder / "bdline_essh_gb.zip", folder / "files", "Data/GB/")


def test_the_wards_of_boundary_line_are_found_with_their_names_and_districts(boundary_line: Path) -> None:
    wards, report = read(boundary_line)

    assert [(ward.gss_code, ward.name, ward.district) for ward in wards] == [
        (ward.gss_code, name, BIRMINGHAM) for ward, name in zip(WARDS, NAMES, strict=True)
    ]
    left = "community_ward, parish, district_borough_unitary, unitary_electoral_division, westminster_const"
    assert [each.problem for each in report.findings] == [
        f"the wards are those of the layer district_borough_unitary_ward. --layer takes another: {left}.",
        'the names end in "Ward", as in Boundary-Line; it was left out of them.',
    ]


def test_another_layer_is_read_if_it_is_named(boundary_line: Path) -> None:
    wards, _ = read(boundary_line, "Unitary_Electoral_Division")

    assert names(wards) == ["Some ED"]


def test_several_layers_that_are_named_are_joined(boundary_line: Path) -> None:
    wards, _ = read(boundary_line, "district_borough_unitary_ward", "unitary_electoral_division")

    assert len(wards) == 4


def test_a_layer_that_is_not_there_is_refused_with_those_that_are(boundary_line: Path) -> None:
    sentence = refusal_of(boundary_line, "wards")

    assert sentence == (
        "bdline_gb.gpkg has no layer 'wards'. Give --layer one of community_ward, parish, district_borough_unitary, "
        "district_borough_unitary_ward, unitary_electoral_division, westminster_const."
    )


def test_the_wards_are_found_among_several_shapefiles(tmp_path: Path) -> None:
    files = {"district_borough_unitary_region": DISTRICTS, "district_borough_unitary_ward_region": WARDS}
    path = zip_of(tmp_path, files, texts={"FILE_NAME": "BIRMINGHAM_DISTRICT_(B)"})

    wards, report = read(path)

    assert [(ward.name, ward.district) for ward in wards] == [(name, BIRMINGHAM) for name in NAMES]
    assert "--layer takes another: district_borough_unitary_region." in report.findings[0].problem


@pytest.mark.parametrize("wanted", ["old", "old.shp", "Data/GB/old.shp", "OLD"])
@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".geojson"])
def test_one_of_several_files_is_read_if_it_is_named(tmp_path: Path, suffix: str, wanted: str) -> None:
    path = zip_of(tmp_path, {"new": WARDS, "old": WARDS[:2]}, suffix)

    wards, _ = read(path, wanted.replace(".shp", suffix))

    assert len(wards) == 2


@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".geojson"])
def test_several_files_of_wards_are_not_guessed_between(tmp_path: Path, suffix: str) -> None:
    sentence = refusal_of(zip_of(tmp_path, {"new": WARDS, "old": WARDS[:2]}, suffix))

    assert sentence.startswith("bdline_essh_gb.zip has several layers that can be the wards: ")
    assert sentence.endswith(". Say which one with --layer.")


def test_a_file_is_chosen_among_formats_if_it_is_named(tmp_path: Path) -> None:
    write_boundaries(tmp_path / "old.gpkg", WARDS[:2])
    write_boundaries(tmp_path / "new.geojson", WARDS)

    wards, _ = read(tmp_path, "new.geojson")

    assert names(wards) == NAMES


def test_a_layer_of_points_with_the_wards_codes_is_not_taken_for_them(tmp_path: Path) -> None:
    path = write_boundaries(tmp_path / "wards.gpkg", WARDS, columns=OFFICIAL, layer="wards_2025")
    points = [replace(ward, polygon=ward.polygon.representative_point()) for ward in WARDS]  # type: ignore[arg-type]
    write_boundaries(path, points, layer="ward_labels", append=True, geometry_type="Point", promote_to_multi=False)

    wards, _ = read(path)

    assert names(wards) == NAMES


def test_a_description_of_the_data_in_the_zip_is_passed_over(tmp_path: Path) -> None:
    write_boundaries(tmp_path / "wards.geojson", WARDS)
    (tmp_path / "metadata.json").write_text('{"title": "Wards"}', encoding="utf-8")

    wards, _ = read(tmp_path)

    assert names(wards) == NAMES


@pytest.mark.parametrize(
    ("file_name", "district"),
    [
        ("COVENTRY_DISTRICT_(B)", District("E08000026", "Coventry")),
        ("CITY_OF_WOLVERHAMPTON_DISTRICT_(B)", District("E08000031", "Wolverhampton")),
        ("CITY_OF_WESTMINSTER_LONDON_BORO", District("E09000033", "Westminster")),
        ("CITY_OF_BRISTOL_(B)", District("E06000023", "Bristol")),
        ("COUNTY_OF_HEREFORDSHIRE", District("E06000019", "Herefordshire")),
        ("ABERTAWE_-_SWANSEA", District("W06000011", "Swansea")),
        ("NORTH_WARWICKSHIRE_DISTRICT_(B)", District("E07000218", "North Warwickshire")),
        ("DERBYSHIRE_COUNTY", District("", "")),
        ("TOWN_UPON_HILL_DISTRICT_(B)", District("", "Town upon Hill")),
    ],
)
def test_the_district_is_known_by_the_name_in_boundary_line(file_name: str, district: District) -> None:
    assert district_of_file_name(file_name) == district
