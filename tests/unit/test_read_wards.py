"""Ward boundary files: what is read from them, and how faults are reported."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from shapely import MultiPolygon, Polygon, box, to_geojson

from geodata.check_report import Report
from geodata.errors import SourceError
from geodata.readers.boundaries.read_wards import read_wards
from geodata.shipped_data import SHIPPED_FOLDER
from geodata.ward import Ward
from tests.support.builders import BIRMINGHAM, LADYWOOD, SPARKBROOK, square

METRES: Final = "urn:ogc:def:crs:EPSG::27700"
PROPERTIES: Final = {
    "WD22CD": LADYWOOD,
    "WD22NM": "Ladywood",
    "LAD22CD": BIRMINGHAM.gss_code,
    "LAD22NM": BIRMINGHAM.name,
}


def read(path: Path) -> tuple[list[Ward], Report]:
    report = Report(path.name)
    return read_wards(path, report), report


def refusal_of(path: Path) -> str:
    with pytest.raises(SourceError) as refused:
        read(path)
    return str(refused.value)


def feature(geometry: Polygon | MultiPolygon | dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    """A feature that is Ladywood but for what is given."""
    shown = geometry if isinstance(geometry, dict) else json.loads(to_geojson(geometry or square(406_000, 286_000)))
    return {"type": "Feature", "properties": PROPERTIES | properties, "geometry": shown}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a collection of features."""

    def _write(*features: dict[str, Any], crs: str | None = METRES) -> Path:
        declared = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
        path = tmp_path / "wards.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", **declared, "features": features}), encoding="utf-8")
        return path

    return _write


# Real files


def test_the_shipped_wards_are_read_without_a_finding() -> None:
    wards, report = read(SHIPPED_FOLDER / "wards.geojson")

    assert (len(wards), report.findings) == (192, [])


def test_an_official_file_in_metres_is_read_without_a_fault(shared_data: Path) -> None:
    wards, report = read(shared_data / "wards" / "wolverhampton-wards-2022-bgc-epsg27700.geojson")

    assert (len(wards), report.errors) == (20, 0)
    assert {ward.district.name for ward in wards} == {"Wolverhampton"}


def test_the_shipped_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wards.geojson"
    path.write_bytes((SHIPPED_FOLDER / "wards.geojson").read_bytes()[:100_000])

    sentence = refusal_of(path)

    assert sentence.startswith("wards.geojson is not a whole GeoJSON FeatureCollection")


# Harmless differences


def test_a_ward_is_read_with_its_code_name_district_and_polygon(write: Callable[..., Path]) -> None:
    polygon = square(406_000, 286_000)
    path = write(feature(polygon))

    wards, _ = read(path)

    assert wards == [Ward(LADYWOOD, "Ladywood", BIRMINGHAM, polygon)]


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(write: Callable[..., Path]) -> None:
    path = write(feature())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b", ", b",\r\n"))

    wards, report = read(path)

    assert (len(wards), report.findings) == (1, [])


@pytest.mark.parametrize("crs", ["EPSG:27700", "urn:ogc:def:crs:EPSG::27700", "urn:ogc:def:crs:EPSG:9.8:27700"])
def test_the_grid_is_recognised_however_it_is_declared(write: Callable[..., Path], crs: str) -> None:
    path = write(feature(), crs=crs)

    wards, _ = read(path)

    assert len(wards) == 1


@pytest.mark.parametrize("vintage", ["13", "22", "25", "31"])
def test_any_vintage_is_read_without_naming_it(write: Callable[..., Path], vintage: str) -> None:
    path = write(feature() | {"properties": {f"WD{vintage}NM": "Ladywood", f"wd{vintage}cd": LADYWOOD, "FID": 1}})

    wards, _ = read(path)

    assert [(ward.gss_code, ward.name, ward.district.name) for ward in wards] == [(LADYWOOD, "Ladywood", "")]


def test_pieces_holes_and_heights_are_accepted(write: Callable[..., Path]) -> None:
    ring = Polygon(square(406_000, 286_000).exterior, [square(406_400, 286_400, 100).exterior])
    high = Polygon([(410_000, 286_000, 5), (410_100, 286_000, 5), (410_000, 286_100, 5)])
    path = write(feature(MultiPolygon([ring, high])))

    (ward,), report = read(path)

    assert (ward.polygon.area, ward.polygon.has_z, report.findings) == (1000**2 - 100**2 + 5000, False, [])


def test_a_nul_in_a_name_does_not_reach_the_database(write: Callable[..., Path]) -> None:
    path = write(feature(WD22NM="Lady\0wood"))

    (ward,), _ = read(path)

    assert ward.name == "Ladywood"


# Faults, each with its place


@pytest.mark.parametrize(
    "faulty",
    [
        feature(WD22CD=None),
        feature(WD22CD=""),
        feature(WD22CD="E0501115"),
        feature(WD22CD=5011151),
        feature(WD22NM=" "),
        feature({"type": "Point", "coordinates": [406_000, 286_000]}),
        feature({"type": "LineString", "coordinates": [[406_000, 286_000], [407_000, 286_000]]}),
        feature({"type": "Polygon", "coordinates": []}),
        feature({"type": "Polygon", "coordinates": [[[406_000, 286_000], [407_000, 286_000]]]}),
        feature({"type": "Polygon", "coordinates": [["a", "b"], ["c", "d"]]}),
        feature({"type": "Polygon", "coordinates": None}),
        feature({"type": "Polygon"}),
        feature({"type": "Torus", "coordinates": []}),
        feature({"coordinates": []}),
        feature() | {"geometry": None},
    ],
)
def test_a_faulty_feature_is_reported_with_its_number_and_remedy(
    write: Callable[..., Path], faulty: dict[str, Any]
) -> None:
    path = write(feature(WD22CD=SPARKBROOK, WD22NM="Sparkbrook"), faulty)

    wards, report = read(path)

    assert [ward.name for ward in wards] == ["Sparkbrook"]
    assert [(each.file, each.row, bool(each.remedy)) for each in report.findings] == [("wards.geojson", 2, True)]


def test_a_boundary_that_crosses_itself_is_reported(write: Callable[..., Path]) -> None:
    bow_tie = Polygon([(406_000, 286_000), (407_000, 287_000), (407_000, 286_000), (406_000, 287_000)])
    path = write(feature(bow_tie))

    _, report = read(path)

    assert [(each.row, each.value) for each in report.findings] == [(1, LADYWOOD)]


def test_a_code_of_two_wards_is_refused(write: Callable[..., Path]) -> None:
    path = write(feature(), feature(WD22NM="Another"))

    _, report = read(path)

    assert [(each.row, each.value, each.problem) for each in report.findings] == [
        (2, LADYWOOD, "the code stands in the file twice: as Ladywood (Birmingham) and as Another (Birmingham).")
    ]


def test_the_features_of_one_ward_are_merged_and_told(write: Callable[..., Path]) -> None:
    other = feature(square(411_000, 286_000), WD22CD=SPARKBROOK, WD22NM="Sparkbrook")
    path = write(feature(), other, feature(square(409_000, 286_000, 100)), feature(square(407_000, 286_000, 100)))

    wards, report = read(path)

    assert [(ward.name, ward.polygon.area) for ward in wards] == [
        ("Ladywood", 1000**2 + 2 * 100**2),
        ("Sparkbrook", 1000**2),
    ]
    assert [each.problem for each in report.findings] == [
        "1 ward lies in several features, which were merged: E05011151 Ladywood (features 1, 3, 4)."
    ]


def test_a_feature_that_is_there_twice_is_merged_without_a_warning(write: Callable[..., Path]) -> None:
    wards, report = read(write(feature(), feature()))

    assert [ward.polygon.area for ward in wards] == [1000**2]
    assert (report.errors, report.warnings, len(report.findings)) == (0, 0, 1)


def test_features_of_one_ward_that_overlap_are_warned_of(write: Callable[..., Path]) -> None:
    wards, report = read(write(feature(), feature(square(406_500, 286_000))))

    assert [ward.polygon.area for ward in wards] == [1500 * 1000]
    assert [(each.row, each.value, each.problem) for each in report.findings if each.remedy] == [
        (2, LADYWOOD, "features of one ward overlap by 500,000 m²; they were merged.")
    ]


@pytest.mark.parametrize("code", ["e05011151", "E05 011151", " e05011151 "])
def test_codes_with_small_letters_or_spaces_are_read(write: Callable[..., Path], code: str) -> None:
    wards, report = read(write(feature(WD22CD=code, LAD22CD="e08000025")))

    assert [(ward.gss_code, ward.district) for ward in wards] == [(LADYWOOD, BIRMINGHAM)]
    assert [each.problem for each in report.findings] in (
        [],
        ["1 GSS code with small letters or spaces: read in capitals and without spaces."],
    )


def test_a_file_without_wards_is_refused(write: Callable[..., Path]) -> None:
    path = write()

    _, report = read(path)

    assert [each.problem for each in report.findings] == ["there is no ward in the file."]


# Files that cannot be read at all


def problems_of(path: Path) -> list[tuple[str, str]]:
    """What is declared and what is wrong with it, of a file whose grid is in doubt."""
    wards, report = read(path)
    assert wards == []
    assert all(finding.remedy for finding in report.findings)
    return [(finding.value, finding.problem) for finding in report.findings]


def test_degrees_that_are_declared_as_metres_are_refused_in_words(write: Callable[..., Path]) -> None:
    path = write(feature(box(-1.91, 52.47, -1.90, 52.48)))

    assert problems_of(path) == [(METRES, "the file declares metres, but its coordinates look like degrees.")]


def test_metres_that_are_declared_as_degrees_are_refused_in_words(write: Callable[..., Path]) -> None:
    path = write(feature(), crs="EPSG:4326")

    ((declared, problem),) = problems_of(path)

    assert declared == "EPSG:4326"
    assert "look like metres" in problem


@pytest.mark.parametrize("crs", [None, "EPSG:4326", "urn:ogc:def:crs:OGC:1.3:CRS84"])
def test_degrees_with_latitude_first_are_refused_in_words(write: Callable[..., Path], crs: str | None) -> None:
    path = write(feature(box(52.47, -1.91, 52.48, -1.90)), crs=crs)

    ((_, problem),) = problems_of(path)

    assert "degrees with latitude first" in problem


@pytest.mark.parametrize("crs", ["EPSG:3857", "urn:ogc:def:crs:EPSG::2770", "somewhere", "EPSG:99999"])
def test_metres_under_another_grid_are_refused_with_its_name(write: Callable[..., Path], crs: str) -> None:
    path = write(feature(), crs=crs)

    ((declared, problem),) = problems_of(path)

    assert declared == crs
    assert "look like metres" in problem


@pytest.mark.parametrize("crs", ["+proj=utm +zone=30 +nadgrids=/etc/passwd", "/etc/passwd", "https://example.org/crs"])
def test_a_grid_that_names_a_file_is_not_looked_up(write: Callable[..., Path], crs: str) -> None:
    path = write(feature(), crs=crs)

    ((declared, problem),) = problems_of(path)

    assert declared == crs
    assert problem.startswith("the file declares a grid that is not known here")


def test_a_ward_far_from_the_others_is_reported_with_its_number(write: Callable[..., Path]) -> None:
    path = write(feature(), feature(square(9_000_000, 286_000), WD22CD=SPARKBROOK))

    wards, report = read(path)

    assert [ward.gss_code for ward in wards] == [LADYWOOD]
    assert [(each.row, each.problem) for each in report.findings] == [
        (2, "the boundary lies far outside Great Britain.")
    ]


def test_a_ward_outside_the_area_of_ostn15_is_reported_with_its_number(write: Callable[..., Path]) -> None:
    at_sea = box(-9.4, 49.1, -9.3, 49.2)
    path = write(feature(box(-1.91, 52.47, -1.90, 52.48)), feature(at_sea, WD22CD=SPARKBROOK), crs="EPSG:4326")

    wards, report = read(path)

    assert [ward.gss_code for ward in wards] == [LADYWOOD]
    assert [(each.row, each.problem) for each in report.findings if each.row] == [
        (2, "the boundary goes so far out to sea that OSTN15 does not cover it.")
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b'{"features": 5}',
        b'{"features": [{"properties": {"WD22NM": "\xff"}, "geometry": null}]}',
        b'{"features": [{"properties": {"WD22NM": "\\ud800"}, "geometry": null}]}',
        b'{"features": [{"properties": {}, "geometry": {"coordinates": [[[NaN, 1]]]}}]}',
        b'{"features": [{"properties": {}, "geometry": {"coordinates": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}]}",
    ],
    ids=range(6),
)
def test_a_file_that_is_not_geojson_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wards.geojson"
    path.write_bytes(content)

    sentence = refusal_of(path)

    assert sentence.startswith("wards.geojson is not a whole GeoJSON FeatureCollection")


@pytest.mark.parametrize("content", [b"", b"wards", b"[]", b"<wards></wards>", bytes(100)])
def test_a_file_in_no_boundary_format_is_refused_with_the_formats(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wards.geojson"
    path.write_bytes(content)

    sentence = refusal_of(path)

    assert sentence.endswith("Load GeoJSON, a GeoPackage, a Shapefile (folder or zip) or KML/KMZ.")


def test_a_column_without_any_code_is_reported_once(write: Callable[..., Path]) -> None:
    beats = [feature(WD22CD=code) for code in ("SH00", "SH01", "SH02", "SH03")]

    _, report = read(write(*beats))

    assert [(each.column, each.problem) for each in report.findings] == [
        ("WD22CD", "no feature has a GSS code of a ward: there is SH00, SH01, SH02.")
    ]


def test_as_many_features_as_servers_send_at_most_are_warned_of(write: Callable[..., Path]) -> None:
    many = [
        feature(square(400_000 + 100 * (i % 40), 286_000 + 100 * (i // 40), 100), WD22CD=f"E05{i:06}")
        for i in range(1_000)
    ]

    wards, report = read(write(*many))

    assert len(wards) == 1_000
    assert [each.problem for each in report.findings if each.remedy] == [
        "the file has exactly 1,000 features, the number after which many map servers stop."
    ]


def test_an_absent_file_is_refused_in_words(tmp_path: Path) -> None:
    sentence = refusal_of(tmp_path / "none.geojson")

    assert sentence.startswith("none.geojson cannot be read: No such file or directory.")


@pytest.mark.parametrize(
    ("code", "problem", "remedy"),
    [
        ("", "no ward code.", "Give each ward its GSS code, like E05011151."),
        (
            "E0501",
            "the GSS code is cut short.",
            "It is a letter and eight digits, like E05011151: look up the whole of it.",
        ),
        ("Ladywood", "not a GSS code.", "It is a letter and eight digits, like E05011151."),
    ],
)
def test_a_faulty_ward_code_is_reported_with_the_reason(
    write: Callable[..., Path], code: str, problem: str, remedy: str
) -> None:
    _, report = read(write(feature(WD22CD=code)))

    assert [(each.row, each.value, each.problem, each.remedy) for each in report.findings] == [
        (1, code, problem, remedy)
    ]


# Unreadable names


@pytest.mark.parametrize("column", ["WD22NM", "LAD22NM"])
@pytest.mark.parametrize("character", ["\x1b", "\x9b", "\u202e"], ids=ascii)
def test_a_control_character_in_a_name_is_refused(write: Callable[..., Path], column: str, character: str) -> None:
    _, report = read(write(feature(None, **{column: f"Lady{character}[31mwood"})))

    assert [(each.row, each.value) for each in report.findings if "control character" in each.problem] == [
        (1, LADYWOOD)
    ]
