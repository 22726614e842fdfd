"""What a server sent in place of the data, or a part of it, is refused in the server's own words."""

import json
from pathlib import Path
from typing import Any

import pytest

from geodata.check_report import Report
from geodata.errors import SourceError
from geodata.readers.boundaries.read_wards import read_wards
from geodata.shipped_data import SHIPPED_FOLDER


def refusal_of(path: Path) -> str:
    with pytest.raises(SourceError) as refused:
        read_wards(path, Report(path.name))
    return str(refused.value)


def write(folder: Path, content: Any) -> Path:
    path = folder / "wards.geojson"
    if not isinstance(content, bytes):
        content = (content if isinstance(content, str) else json.dumps(content)).encode()
    path.write_bytes(content)
    return path


def shipped(**members: Any) -> dict[str, Any]:
    collection: dict[str, Any] = json.loads((SHIPPED_FOLDER / "wards.geojson").read_bytes())
    return collection | members


# A part of the data


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"exceededTransferLimit": True}, "the server stopped after 192 features (exceededTransferLimit)"),
        (
            {"properties": {"exceededTransferLimit": True}},
            "the server stopped after 192 features (exceededTransferLimit)",
        ),
        ({"properties": {"exceededTransferLimit": "true"}}, "the server stopped after 192 features"),
        ({"numberMatched": 8396, "numberReturned": 192}, "the server has 8,396 features and sent 192"),
        ({"totalFeatures": 8396}, "the server has 8,396 features and sent 192"),
        ({"links": [{"rel": "next", "href": "?page=2"}]}, "and the address of the next ones"),
    ],
)
def test_a_part_of_a_longer_answer_is_refused(tmp_path: Path, members: dict[str, Any], why: str) -> None:
    sentence = refusal_of(write(tmp_path, shipped(**members)))

    assert sentence.startswith("wards.geojson is only a part of the data: ")
    assert why in sentence
    assert "Download the whole layer" in sentence


@pytest.mark.parametrize(
    "members",
    [
        {"exceededTransferLimit": False},
        {"properties": {"exceededTransferLimit": False}},
        {"properties": None, "error": None},
        {"numberMatched": 192, "numberReturned": 192, "totalFeatures": "unknown"},
        {"links": [{"rel": "self", "href": "?page=1"}]},
    ],
)
def test_a_whole_answer_is_read(tmp_path: Path, members: dict[str, Any]) -> None:
    wards = read_wards(write(tmp_path, shipped(**members)), Report("wards.geojson"))

    assert len(wards) == 192


# Messages


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            {"error": {"code": 400, "message": "Invalid or missing input parameters.", "details": []}},
            "Invalid or missing input parameters. (code 400)",
        ),
        (
            {"error": {"code": 400, "message": "Cannot perform query.", "details": ["'where' is not valid", "x"]}},
            "Cannot perform query. 'where' is not valid x (code 400)",
        ),
        ({"error": {"code": 499, "message": "Token Required", "details": None}}, "Token Required (code 499)"),
        ({"error": "Token Required"}, "Token Required"),
        ({"error": {"message": "Stopped."}, "features": []}, "Stopped"),
        ({"code": "InvalidParameterValue", "description": "Unknown crs"}, "Unknown crs (code InvalidParameterValue)"),
        ({"type": "about:blank", "title": "Not Found", "detail": "No such layer", "status": 404}, "Not Found No such"),
        (
            {"version": "1.0.0", "exceptions": [{"code": "NoApplicableCode", "text": "Feature type unknown"}]},
            "Feature type unknown",
        ),
        ({"status": "Pending", "message": "Download is being prepared"}, "Download is being prepared"),
    ],
)
def test_an_error_message_is_refused_in_the_servers_words(tmp_path: Path, message: dict[str, Any], words: str) -> None:
    sentence = refusal_of(write(tmp_path, message))

    assert sentence.startswith(f"wards.geojson holds no boundaries but a server's error message: “{words}")
    assert sentence.endswith("download the file again.")


def test_the_description_of_a_service_is_refused_with_the_address_of_its_data(tmp_path: Path) -> None:
    described = {"currentVersion": 11.2, "id": 0, "name": "Wards", "type": "Feature Layer", "description": "All wards"}

    sentence = refusal_of(write(tmp_path, described))

    assert sentence.startswith("wards.geojson is the description of a map service, not its data.")
    assert "f=geojson" in sentence


def test_a_description_of_data_is_no_message_of_a_server(tmp_path: Path) -> None:
    sentence = refusal_of(write(tmp_path, {"title": "Wards", "description": "All of them"}))

    assert sentence.startswith("wards.geojson is not a whole GeoJSON FeatureCollection")


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body></body></html>", "502 Bad Gateway"),
        (
            "\n<html>\n<head><title>Error: Invalid URL</title></head><style>b {}</style><h1>A &amp; B</h1></html>",
            "Error: Invalid URL - A & B",
        ),
        ("<html><body><script>alert(1)</script><p>Please <b>sign in</b></p></body></html>", "Please sign in"),
    ],
)
def test_a_web_page_is_refused_in_its_words(tmp_path: Path, page: str, words: str) -> None:
    sentence = refusal_of(write(tmp_path, page))

    assert sentence.startswith(f"wards.geojson is a web page and no file of boundaries: “{words}”.")


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        (
            "<?xml version='1.0'?><o:Exception><o:ExceptionText>Type wards unknown</o:ExceptionText></o:Exception>",
            "Type wards unknown",
        ),
        (
            "<Report><ServiceException code='LayerNotDefined'><![CDATA[No such layer]]></ServiceException></Report>",
            "No such layer",
        ),
        ("<ExceptionReport><Exception exceptionCode='NoApplicableCode'/></ExceptionReport>", "NoApplicableCode"),
        ("<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>", "Request has expired"),
    ],
)
def test_an_xml_message_is_refused_in_the_servers_words(tmp_path: Path, xml: str, words: str) -> None:
    sentence = refusal_of(write(tmp_path, xml))

    assert sentence.startswith(f"wards.geojson holds no boundaries but a server's error message: “{words}”.")


@pytest.mark.parametrize("kind", ["json", "html", "xml"])
def test_the_words_of_a_server_carry_no_control_characters_and_are_short(tmp_path: Path, kind: str) -> None:
    evil = "bad \x1b[31m\x07\u202e" + "long " * 1_000
    content = {
        "json": json.dumps({"error": {"message": evil}}),
        "html": f"<html><title>{evil}</title></html>",
        "xml": f"<a><ExceptionText>{evil}</ExceptionText></a>",
    }

    sentence = refusal_of(write(tmp_path, content[kind]))

    assert "“bad [31m" in sentence
    assert sentence.isprintable()
    assert len(sentence) < 500


@pytest.mark.parametrize("name", ["wards.zip", "wards.kmz", "wards.gpkg", "wards.shp"])
@pytest.mark.parametrize(
    ("message", "says"),
    [
        (
            '{"error": {"code": 498, "message": "Invalid token."}}',
            "a server's error message: “Invalid token. (code 498)”",
        ),
        ("<html><title>Sign in</title></html>", "is a web page and no file of boundaries: “Sign in”"),
    ],
)
def test_a_message_is_refused_in_its_words_whatever_the_file_is_called(
    tmp_path: Path, name: str, message: str, says: str
) -> None:
    path = tmp_path / name
    path.write_text(message, encoding="utf-8")

    assert says in refusal_of(path)


# One feature a line


def lines(start: str = "", end: str = "\n") -> str:
    return "".join(f"{start}{json.dumps(feature)}{end}" for feature in shipped()["features"])


@pytest.mark.parametrize("content", [lines(), lines(end="\r\n\r\n"), lines(start="\x1e"), lines().strip()])
def test_one_feature_a_line_is_read(tmp_path: Path, content: str) -> None:
    report = Report("wards.geojson")

    wards = read_wards(write(tmp_path, content), report)

    assert (len(wards), report.errors) == (192, 0)


def test_a_feature_that_stands_alone_is_read(tmp_path: Path) -> None:
    wards = read_wards(write(tmp_path, json.dumps(shipped()["features"][0], indent=1)), Report("wards.geojson"))

    assert len(wards) == 1


def test_a_sequence_cut_short_is_refused_with_the_line(tmp_path: Path) -> None:
    sentence = refusal_of(write(tmp_path, lines()[:-1_000]))

    assert sentence.startswith("wards.geojson is not whole: line 192 is no GeoJSON feature (")


def test_geojson_saved_as_utf_16_is_read(tmp_path: Path) -> None:
    wards = read_wards(write(tmp_path, json.dumps(shipped()).encode("utf-16")), Report("wards.geojson"))

    assert len(wards) == 192
