"""Hostile files, given to the real command: refused in words, in little time and memory, without any effect."""

import json
import os
import socket
import sqlite3
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.boundary_files import write_boundaries
from tests.support.builders import make_ward
from tests.support.measured_load import MAX_CPU_SECONDS, MAX_KIB, run_load, write_zip

SECRET: Final = "not-for-your-eyes"
_LINK: Final = (stat.S_IFLNK | 0o777) << 16
_PLACEMARK: Final = """<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>{name}</name><Polygon>
<outerBoundaryIs><LinearRing><coordinates>-1.91,52.47 -1.90,52.47 -1.90,52.48 -1.91,52.47</coordinates></LinearRing>
</outerBoundaryIs></Polygon></Placemark></Document></kml>"""


@dataclass(frozen=True, slots=True)
class Targets:
    """What a hostile file tries to reach: a file with a secret, a pipe that blocks its reader, a port."""

    folder: Path
    secret: Path
    trap: Path
    port: int


@pytest.fixture
def targets(tmp_path: Path) -> Iterator[Targets]:
    """Targets of hostile files. The test fails if anything connects to the port."""
    secret = tmp_path / "secret.geojson"
    secret.write_bytes((SHIPPED_FOLDER / "wards.geojson").read_bytes().replace(b"Ladywood", SECRET.encode()))
    trap = tmp_path / "trap"
    os.mkfifo(trap)
    folder = tmp_path / "supplied"
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield Targets(folder, secret, trap, listening.getsockname()[1])
        with pytest.raises(BlockingIOError):
            listening.accept()


# What is supplied


def link(name: str) -> zipfile.ZipInfo:
    """A member that is a symbolic link."""
    member = zipfile.ZipInfo(name)
    member.create_system = 3
    member.external_attr = _LINK
    return member


def text(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def zip_bomb(targets: Targets) -> Path:
    path = targets.folder / "wards.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("wards.geojson", "w") as member:
        member.write(b'{"features":[')
        for _ in range(400):
            member.write(b" " * 1_000_000)
    return path


def zip_that_understates_itself(targets: Targets) -> Path:
    """A bomb whose list of members says that it unpacks to hardly more than it is packed to."""
    path = zip_bomb(targets)
    content = bytearray(path.read_bytes())
    directory = content.rfind(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (1_000_000).to_bytes(4, "little")
    path.write_bytes(content)
    return path


def zip_of_another_packing(targets: Targets) -> Path:
    """A member that Python would unpack as a whole to give the first of its bytes."""
    path = targets.folder / "codepo_gb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("Data/CSV/b.csv", bytes(900_000))
    return path


def zip_of_countless_names(targets: Targets) -> Path:
    """A zip whose list of members is long: they are one file, named again and again."""
    small = write_zip(targets.folder / "one.zip", ("wards.geojson", b"{}")).read_bytes()
    start, end = small.rfind(b"PK\x01\x02"), small.rfind(b"PK\x05\x06")
    listed = small[start:end] * 200_000
    tail = small[end : end + 12] + len(listed).to_bytes(4, "little") + small[end + 16 :]
    path = targets.folder / "wards.zip"
    path.write_bytes(small[:start] + listed + tail)
    return path


def path_out_of_its_zip(targets: Targets) -> Path:
    return write_zip(
        targets.folder / "wards.zip", ("../../../../tmp/wards.geojson", (SHIPPED_FOLDER / "wards.geojson").read_bytes())
    )


def link_in_a_zip(targets: Targets) -> Path:
    return write_zip(targets.folder / "wards.zip", (link("wards.geojson"), str(targets.secret).encode()))


def link_in_a_folder(targets: Targets) -> Path:
    (targets.folder / "wards.geojson").symlink_to(targets.secret)
    return targets.folder


def linked_folder(targets: Targets) -> Path:
    (targets.folder / "inner").symlink_to(targets.secret.parent)
    return targets.folder


def trap_in_a_folder(targets: Targets) -> Path:
    os.mkfifo(targets.folder / "wards.geojson")
    return targets.folder


def kml_with_a_file_as_entity(targets: Targets) -> Path:
    content = f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file://{targets.trap}">]>' + _PLACEMARK
    return text(targets.folder / "wards.kml", content.format(name="&x;"))


def kml_with_an_address_as_entity(targets: Targets) -> Path:
    content = f'<!DOCTYPE kml SYSTEM "http://127.0.0.1:{targets.port}/kml.dtd">' + _PLACEMARK
    return text(targets.folder / "wards.kml", content.format(name="Ladywood"))


def kml_of_a_billion_laughs(targets: Targets) -> Path:
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    content = f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY l0 "ha">{laughs}]>' + _PLACEMARK
    return text(targets.folder / "wards.kml", content.format(name="&l9;"))


def kmz_of_a_billion_laughs(targets: Targets) -> Path:
    return write_zip(targets.folder / "wards.kmz", ("doc.kml", kml_of_a_billion_laughs(targets).read_bytes()))


def kml_that_links_to_the_network(targets: Targets) -> Path:
    content = f"""<kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link>
        <href>http://127.0.0.1:{targets.port}/wards.kml</href></Link></NetworkLink></Document></kml>"""
    return text(targets.folder / "wards.kml", content)


def vrt(source: str) -> str:
    layer = f'<OGRVRTLayer name="wards"><SrcDataSource>{source}</SrcDataSource></OGRVRTLayer>'
    return f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>"


def vrt_of_a_file(targets: Targets) -> Path:
    return text(targets.folder / "wards.geojson", vrt(str(targets.secret)))


def vrt_of_an_address(targets: Targets) -> Path:
    return text(targets.folder / "wards.geojson", vrt(f"/vsicurl/http://127.0.0.1:{targets.port}/wards.geojson"))


def geopackage_with_a_trigger(targets: Targets) -> Path:
    path = write_boundaries(targets.folder / "wards.gpkg", [make_ward()])
    with sqlite3.connect(path) as database:
        database.execute("CREATE TRIGGER more AFTER INSERT ON gpkg_contents BEGIN SELECT load_extension('x'); END")
    database.close()
    return path


def geopackage_with_a_view(targets: Targets) -> Path:
    path = write_boundaries(targets.folder / "wards.gpkg", [make_ward()])
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE VIEW more AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i FROM n"
        )
    database.close()
    return path


_GML: Final = """<?xml version="1.0"?>{declared}<ogr:FeatureCollection xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
xsi:schemaLocation="http://ogr.maptools.org/ {schema}" xmlns:ogr="http://ogr.maptools.org/"
xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:gml="http://www.opengis.net/gml"><gml:featureMember><ogr:wards fid="1">
<ogr:geometryProperty xlink:href="{geometry}"/><ogr:WD25CD>E05011151</ogr:WD25CD><ogr:WD25NM>{name}</ogr:WD25NM>
</ogr:wards></gml:featureMember></ogr:FeatureCollection>"""


def gml(targets: Targets, **parts: str) -> Path:
    given = {"declared": "", "schema": "wards.xsd", "geometry": "#one", "name": "Ladywood"} | parts
    return text(targets.folder / "wards.gml", _GML.format(**given))


def gml_with_a_file_as_entity(targets: Targets) -> Path:
    return gml(targets, declared=f'<!DOCTYPE x [<!ENTITY x SYSTEM "file://{targets.trap}">]>', name="&x;")


def gml_with_its_schema_at_an_address(targets: Targets) -> Path:
    return gml(targets, schema=f"http://127.0.0.1:{targets.port}/wards.xsd")


def gml_with_a_pipe_as_schema(targets: Targets) -> Path:
    return gml(targets, schema=str(targets.trap))


def gml_with_its_geometry_at_an_address(targets: Targets) -> Path:
    return gml(targets, geometry=f"http://127.0.0.1:{targets.port}/geometry.gml#one")


def gml_with_a_pipe_as_geometry(targets: Targets) -> Path:
    return gml(targets, geometry=f"{targets.trap}#one")


def mapinfo_view_of_another_table(targets: Targets) -> Path:
    path = write_boundaries(targets.folder / "wards.tab", [make_ward()])
    return text(path, f'!table\n!version 100\nOpen Table "{targets.secret}" Hide\nCreate View v As\nSelect * From x\n')


def seamless_mapinfo_table(targets: Targets) -> Path:
    path = write_boundaries(targets.folder / "wards.tab", [make_ward()])
    metadata = 'begin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata\n'
    return text(path, path.read_text(encoding="utf-8") + metadata)


def linked_mapinfo_table(targets: Targets) -> Path:
    path = write_boundaries(targets.folder / "wards.tab", [make_ward()])
    return text(path, path.read_text(encoding="utf-8").replace("Type NATIVE", "Type LINKED"))


def flatgeobuf_with_an_endless_head(targets: Targets) -> Path:
    path = targets.folder / "wards.fgb"
    path.write_bytes(b"fgb\x03fgb\x01" + (0x7FFF_FFF0).to_bytes(4, "little") + bytes(100))
    return path


def flatgeobuf_with_countless_features(targets: Targets) -> Path:
    path = write_boundaries(targets.folder / "wards.fgb", [make_ward()])
    content = bytearray(path.read_bytes())
    for position in range(12, 200):  # numbers in its head: the count of features is one of them
        if content[position : position + 8] == (1).to_bytes(8, "little"):
            content[position : position + 8] = (1 << 60).to_bytes(8, "little")
    path.write_bytes(content)
    return path


def geodatabase_with_a_link(targets: Targets) -> Path:
    path = write_boundaries(targets.folder / "wards.gdb", [make_ward()])
    (path / "a00000009.gdbtable").unlink()
    (path / "a00000009.gdbtable").symlink_to(targets.secret)
    return path


def geodatabase_with_a_damaged_table(targets: Targets) -> Path:
    path = write_boundaries(targets.folder / "wards.gdb", [make_ward()])
    table = path / "a00000009.gdbtable"
    content = table.read_bytes()
    table.write_bytes(content[:40] + b"\xff" * (len(content) - 40))
    return path


def esri_json_that_is_nested_deeply(targets: Targets) -> Path:
    depth = 1_000_000
    rings = "[" * depth + "]" * depth
    return text(targets.folder / "wards.json", '{"features":[{"attributes":{},"geometry":{"rings":' + rings + "}}]}")


def topojson_with_an_arc_that_is_not_there(targets: Targets) -> Path:
    geometry = {
        "type": "Polygon",
        "arcs": [[2_000_000_000]],
        "properties": {"WD25CD": "E05011151", "WD25NM": "Ladywood"},
    }
    return text(
        targets.folder / "wards.json", json.dumps({"type": "Topology", "arcs": [[[0, 0]]], "objects": {"w": geometry}})
    )


def topojson_that_draws_one_arc_countless_times(targets: Targets) -> Path:
    arc = [[-1.9 + i * 1e-6, 52.4 + (i % 2) * 1e-6] for i in range(20_000)]
    geometries = [{"type": "Polygon", "arcs": [[0]]}] * 20_000
    objects = {"w": {"type": "GeometryCollection", "geometries": geometries}}
    return text(targets.folder / "wards.json", json.dumps({"type": "Topology", "arcs": [arc], "objects": objects}))


def lines_without_end(targets: Targets) -> Path:
    feature = '{"type":"Feature","properties":{},"geometry":null}\n'
    return text(targets.folder / "wards.geojsonl", feature * 1_000_000)


def million_empty_features(targets: Targets) -> Path:
    feature = '{"type":"Feature","properties":{},"geometry":null}'
    path = targets.folder / "wards.geojson"
    return text(path, f'{{"type":"FeatureCollection","features":[{",".join([feature] * 1_000_000)}]}}')


def coordinates_beyond_all_bounds(targets: Targets) -> Path:
    collection = json.loads((SHIPPED_FOLDER / "wards.geojson").read_text(encoding="utf-8"))
    for feature in collection["features"]:
        feature["geometry"] = {
            "type": "Polygon",
            "coordinates": [[[1e308, -1e308], [-1e308, 1e308], [1e308, 1e308], [1e308, -1e308]]],
        }
    return text(targets.folder / "wards.geojson", json.dumps(collection))


def deeply_nested(targets: Targets) -> Path:
    depth = 10_000_000
    return text(targets.folder / "wards.geojson", '{"features":' + "[" * depth + "]" * depth + "}")


def postcode_bomb(targets: Targets) -> Path:
    path = targets.folder / "codepo_gb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("Data/CSV/b.csv", "w") as member:
        for _ in range(400):
            member.write(b"\n" * 1_000_000)
    return path


def long_name_out_of_its_zip(targets: Targets) -> Path:
    """A name so long that an error with it, sent to PostgreSQL, once made the load wait for ever."""
    return write_zip(targets.folder / "codepo_gb.zip", ("../" + "long/" * 12_000 + "b.csv", b"B2 4QA"))


def postcode_row_without_end(targets: Targets) -> Path:
    path = targets.folder / "postcodes.csv"
    with path.open("wb") as stream:
        stream.write(b'postcode,positional_quality,easting,northing,district,ward\n"')
        for _ in range(300):
            stream.write(b'","\n' * 250_000)
    return path


def postcodes_that_are_a_link(targets: Targets) -> Path:
    return write_zip(targets.folder / "codepo_gb.zip", (link("Data/CSV/b.csv"), b"/etc/passwd"))


@pytest.mark.parametrize(
    ("part", "make", "says"),
    [
        ("wards", zip_bomb, "which swells from"),
        ("wards", zip_that_understates_itself, "is not a whole zip file"),
        ("wards", zip_of_countless_names, "lists more files than a source has"),
        ("wards", path_out_of_its_zip, "a path that leads out of the zip"),
        ("wards", link_in_a_zip, "which is a link or no file"),
        ("wards", link_in_a_folder, "which is a link or no file"),
        ("wards", linked_folder, "which is a link or no file"),
        ("wards", trap_in_a_folder, "which is a link or no file"),
        ("wards", kml_with_a_file_as_entity, "declares a document type or entities"),
        ("wards", kml_with_an_address_as_entity, "declares a document type or entities"),
        ("wards", kml_of_a_billion_laughs, "declares a document type or entities"),
        ("wards", kmz_of_a_billion_laughs, "declares a document type or entities"),
        ("wards", kml_that_links_to_the_network, "there is no ward in the file"),
        ("wards", vrt_of_a_file, "is in no boundary format that is read here"),
        ("wards", vrt_of_an_address, "is in no boundary format that is read here"),
        ("wards", geopackage_with_a_trigger, "holds the trigger 'more'"),
        ("wards", geopackage_with_a_view, "holds the view 'more'"),
        ("wards", gml_with_a_file_as_entity, "declares a document type or entities"),
        ("wards", gml_with_its_schema_at_an_address, "there is no ward in the file"),
        ("wards", gml_with_a_pipe_as_schema, "there is no ward in the file"),
        ("wards", gml_with_its_geometry_at_an_address, "there is no ward in the file"),
        ("wards", gml_with_a_pipe_as_geometry, "there is no ward in the file"),
        ("wards", mapinfo_view_of_another_table, "a MapInfo table that refers to other files"),
        ("wards", seamless_mapinfo_table, "a MapInfo table that refers to other files"),
        ("wards", linked_mapinfo_table, "a MapInfo table that refers to other files"),
        ("wards", flatgeobuf_with_an_endless_head, "is not a whole FlatGeobuf"),
        ("wards", flatgeobuf_with_countless_features, "is not a whole FlatGeobuf"),
        ("wards", geodatabase_with_a_link, "which is a link or no file"),
        ("wards", geodatabase_with_a_damaged_table, "is not a whole File Geodatabase"),
        ("wards", esri_json_that_is_nested_deeply, "is not a whole GeoJSON"),
        ("wards", topojson_with_an_arc_that_is_not_there, "the boundary is empty"),
        ("wards", topojson_that_draws_one_arc_countless_times, "has shapes with 400,000,000 points"),
        ("wards", lines_without_end, "has more than 50,000 features"),
        ("wards", million_empty_features, "has more than 50,000 features"),
        ("wards", coordinates_beyond_all_bounds, "its coordinates look like no place"),
        ("wards", deeply_nested, "is not a whole GeoJSON"),
        ("postcodes", postcode_bomb, "which swells from"),
        ("postcodes", long_name_out_of_its_zip, "holds '../long/long"),
        ("postcodes", zip_of_another_packing, "packed in an unusual way"),
        ("postcodes", postcode_row_without_end, "the row does not end"),
        ("postcodes", postcodes_that_are_a_link, "which is a link or no file"),
    ],
)
def test_a_hostile_file_is_refused_within_limits_and_has_no_effect(
    empty_database: str,
    targets: Targets,
    part: str,
    make: Callable[[Targets], Path],
    says: str,
) -> None:
    file = make(targets)

    ended = run_load(empty_database, part, file)

    assert (ended.code, says in ended.output, SECRET in ended.output) == (1, True, False), ended.output
    assert "Traceback" not in ended.output
    assert ended.cpu_seconds < MAX_CPU_SECONDS
    assert ended.peak_kib < MAX_KIB


@pytest.mark.parametrize("part", ["wards", "postcodes"])
def test_a_file_over_the_limit_is_refused_before_it_is_read(empty_database: str, targets: Targets, part: str) -> None:
    path = targets.folder / "supplied.csv"
    with path.open("wb") as stream:
        stream.truncate(50_000_000_000)  # sparse: no disk holds it, and reading it would take minutes

    ended = run_load(empty_database, part, path)

    assert ended.code == 1
    assert "has 50,000 MB to read, more than the" in ended.output
    assert ended.cpu_seconds < MAX_CPU_SECONDS


def test_the_limits_are_settings(empty_database: str, targets: Targets) -> None:
    path = targets.folder / "wards.geojson"
    path.write_bytes((SHIPPED_FOLDER / "wards.geojson").read_bytes())

    few = run_load(empty_database, "wards", path, FINDER_LOAD_FEATURES="100")
    padded = path.write_bytes(path.read_bytes() + b" " * 2_000_000)
    large = run_load(empty_database, "wards", path, FINDER_LOAD_WARDS_MB="1")

    assert padded > 1_000_000
    assert "has more than 100 features" in few.output
    assert "more than the 1 MB allowed" in large.output
