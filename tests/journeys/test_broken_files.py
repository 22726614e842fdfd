"""Files as staff really send them, given to the real command: refused with place, fault and remedy, or loaded."""

import codecs
import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from finder.domain.release import Kind
from finder.domain.team import Officer
from finder.storage import directory_store, release_store
from finder.storage.connections import connected
from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.commands import run_finder
from tests.support.stored_releases import fingerprint

_DIRECTORY: Final = SHIPPED_FOLDER / "directory"


class Broken(NamedTuple):
    """A file by part and content, and what the refusal must say."""

    part: str
    content: bytes
    says: tuple[str, ...]


def text_of(name: str) -> str:
    """Reads a shipped directory file."""
    return (_DIRECTORY / f"{name}.csv").read_text(encoding="utf-8")


def some_postcodes(count: int = 500) -> list[str]:
    """Reads the heading and the first rows of the shipped postcodes."""
    with (SHIPPED_FOLDER / "postcodes.csv").open(encoding="utf-8") as stream:
        return [next(stream) for _ in range(count + 1)]


def without_column(name: str, column: str) -> bytes:
    """Returns a shipped directory file without one of its columns."""
    header, *rows = csv.reader(text_of(name).splitlines())
    at = header.index(column)
    return "".join(",".join(f'"{c}"' for i, c in enumerate(row) if i != at) + "\n" for row in (header, *rows)).encode()


def wards_with(change: Callable[[dict[str, object]], None]) -> bytes:
    """Returns the shipped wards with a change to the first."""
    collection = json.loads((SHIPPED_FOLDER / "wards.geojson").read_text(encoding="utf-8"))
    change(collection["features"][0])
    return json.dumps(collection).encode()


def into_a_point(feature: dict[str, object]) -> None:
    feature["geometry"] = {"type": "Point", "coordinates": [400000, 280000]}


_REFUSED: Final = {
    "postcodes cut short": Broken(
        "postcodes", "".join(some_postcodes())[:-12].encode(), ("501", "columns instead of 6", "cut short")
    ),
    "postcodes without wards": Broken(
        "postcodes",
        "\n".join(row.rpartition(",")[0] for row in some_postcodes()).encode(),
        ("column is missing", "Add the column ward"),
    ),
    "a postcode twice": Broken(
        "postcodes",
        "".join([*some_postcodes(), some_postcodes()[1]]).encode(),
        ("502", "B1 1AY", "twice", "Keep the row that is right"),
    ),
    "an easting in degrees": Broken(
        "postcodes",
        "".join([*some_postcodes(), "B99 9ZZ,10,-1.9,52.4,,\n"]).encode(),
        ("502", "easting", "-1.9", "whole number"),
    ),
    "a table of another kind": Broken("postcodes", b"colour,size\nred,2\n", ("colour", "Code-Point Open")),
    "a table of the directory": Broken(
        "postcodes",
        text_of("officers").encode(),
        ("looks like a file of officers", "finder load officers supplied.csv"),
    ),
    "boundaries for postcodes": Broken(
        "postcodes", wards_with(lambda _: None), ("boundaries (GeoJSON)", "finder load wards supplied.csv")
    ),
    "several lines that are no rows": Broken(
        "postcodes",
        "".join([*some_postcodes(), '"B99 9ZZ,10\n', "B99 9ZY,x,1,1,,\n", "B99 9ZX\0,10,1,1,,\n"]).encode() + b"\xff\n",
        ("502", "never closed", "503", "whole number", "504", "NUL", "505", "not UTF-8", "4 errors"),
    ),
    "no bytes at all": Broken("postcodes", b"", ("is empty", "Code-Point Open")),
    "a picture": Broken("postcodes", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, ("not UTF-8 text",)),
    "two encodings": Broken(
        "officers",
        "team_id,name,rank\nladywood,Zo\u00eb Example,PCSO\n".encode()
        + "ladywood,Zo\u00eb Else,PCSO\n".encode("latin-1"),
        ("Zo", "not UTF-8"),
    ),
    "teams cut short": Broken("teams", text_of("teams").rstrip()[:-120].encode(), ("151", "cut short")),
    "teams without a name": Broken("teams", without_column("teams", "name"), ("name", "column is missing")),
    "a team twice": Broken(
        "teams",
        (text_of("teams") + text_of("teams").splitlines()[1] + "\n").encode(),
        ("152", "abbey", "row 2 already", "Keep the row that is right"),
    ),
    "a team of a force nobody knows": Broken(
        "teams",
        text_of("teams").replace("west-midlands", "nowhere", 1).encode(),
        ("row", "nowhere", "no such force"),
    ),
    "coverage by a team nobody knows": Broken(
        "coverage",
        (text_of("coverage") + "E05999999,none-such\n").encode(),
        ("194", "none-such", "no team has this id", "Load the team first"),
    ),
    "a ward given twice": Broken(
        "coverage", (text_of("coverage") + "E05001218,abbey\n").encode(), ("194", "E05001218", "already")
    ),
    "an officer of nobody": Broken(
        "officers", b"team_id,name,rank\nnone-such,A Example,PCSO\n", ("2", "none-such", "no team has this id")
    ),
    "a date that is none": Broken(
        "priorities",
        b"team_id,issue,issued_on\nladywood,Noise,2026-02-30\n",
        ("issued_on", "2026-02-30", "not a date", "2026-12-01"),
    ),
    "a surgery that ends before it starts": Broken(
        "surgeries",
        (
            b"id,team_id,title,starts_at,ends_at,recurrence,venue_name\n"
            b"tea,ladywood,Tea,2026-05-01 18:00,2026-05-01 17:00,,Hall\n"
        ),
        ("ends_at", "2026-05-01 17:00", "ends before it starts"),
    ),
    "wards cut short": Broken(
        "wards", (SHIPPED_FOLDER / "wards.geojson").read_bytes()[:-5000], ("not a whole GeoJSON",)
    ),
    "a ward without a code": Broken(
        "wards",
        wards_with(lambda feature: feature.update(properties={"WD25NM": "Nowhere"})),
        ("1", "no ward code", "E05011151"),
    ),
    "a ward that is a point": Broken("wards", wards_with(into_a_point), ("E05001218", "Point", "not an area")),
    "wards that are a table": Broken("wards", b"colour,size\nred,2\n", ("in no boundary format", "Load GeoJSON")),
    "wards that are coverage": Broken("wards", text_of("coverage").encode(), ("finder load coverage supplied.csv",)),
    "a ward with its code cut short": Broken(
        "wards",
        wards_with(lambda feature: feature.update(properties={"WD25CD": "E0501", "WD25NM": "Ladywood"})),
        ("E0501", "cut short", "eight digits"),
    ),
}

_TAKEN: Final = {
    "a byte-order mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "both": lambda text: codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode(),
    "empty lines at the end": lambda text: text.encode() + b"\n\n",
    "columns in another order": lambda text: "\n".join(
        ",".join(reversed(row.split(","))) for row in text.splitlines()
    ).encode(),
}


def in_one_line(shown: str) -> str:
    """Returns the text of a table without the spaces and line ends that fit it to the terminal."""
    return " ".join(shown.split())


@pytest.mark.parametrize("broken", _REFUSED.values(), ids=_REFUSED)
async def test_a_broken_file_is_refused_in_words_and_changes_nothing(
    shipped_database: str, tmp_path: Path, broken: Broken
) -> None:
    file = tmp_path / "supplied.csv"
    file.write_bytes(broken.content)
    async with connected(shipped_database) as connection:
        before = await fingerprint(connection)

        done = run_finder(shipped_database, "load", broken.part, file, "--publish", "--accept-warnings")

        said = in_one_line(done.stderr)
        assert done.returncode == 1, done.stdout
        assert "Traceback" not in said
        assert "supplied.csv" in said
        assert [words for words in broken.says if words not in said] == []
        assert await fingerprint(connection) == before


@pytest.mark.parametrize("name", ["none-such.csv", "a folder", "closed.zip", "archive.zip"])
async def test_an_unreadable_file_is_refused_in_words(shipped_database: str, tmp_path: Path, name: str) -> None:
    (tmp_path / "a folder").mkdir()
    (tmp_path / "closed.zip").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "archive.zip").write_bytes(b"PK\x05\x06" + bytes(18))  # a whole zip file with nothing in it

    done = run_finder(shipped_database, "load", "postcodes", tmp_path / name)

    assert done.returncode == 1, done.stdout
    assert name in in_one_line(done.stderr)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("write", _TAKEN.values(), ids=_TAKEN)
async def test_harmless_differences_are_accepted(
    shipped_database: str, tmp_path: Path, write: Callable[[str], bytes]
) -> None:
    file = tmp_path / "officers.csv"
    file.write_bytes(write("team_id,name,rank\nladywood,Zo\u00eb Example,PCSO\nabbey,A Example,Sergeant\n"))

    done = run_finder(shipped_database, "load", "officers", file, "--team", "ladywood", "--team", "abbey")

    assert done.returncode == 0, done.stderr
    async with connected(shipped_database) as connection:
        staged = await release_store.find_newest_staged(connection, Kind.DIRECTORY)
        assert staged is not None
        directory = await directory_store.read(connection, staged.number)
    assert [officer for officer in directory.officers if officer.team_id in {"abbey", "ladywood"}] == [
        Officer("ladywood", "Zo\u00eb Example", "PCSO"),
        Officer("abbey", "A Example", "Sergeant"),
    ]


async def test_a_file_with_most_rows_gone_needs_the_warning_accepted(shipped_database: str, tmp_path: Path) -> None:
    file = tmp_path / "officers.csv"
    file.write_text("team_id,name,rank\nladywood,Only Example,PCSO\n", encoding="utf-8")

    refused = run_finder(shipped_database, "load", "officers", file, "--publish")
    accepted = run_finder(shipped_database, "publish", "--yes", "--accept-warnings")

    assert refused.returncode == 1
    assert "the file has 1 officer, the release before it" in in_one_line(refused.stderr)
    assert "more than a tenth are gone" in in_one_line(refused.stderr)
    assert accepted.returncode == 0, accepted.stderr


def test_a_file_with_refused_rows_is_not_reported_as_cut_short(shipped_database: str, tmp_path: Path) -> None:
    file = tmp_path / "officers.csv"
    file.write_text("team_id,name,rank\nnowhere,Only Example,PCSO\n", encoding="utf-8")

    refused = run_finder(shipped_database, "load", "officers", file, "--json")

    assert refused.returncode == 1
    assert [each["problem"] for each in json.loads(refused.stdout)["findings"]] == ["no team has this id."]


async def test_a_ward_left_without_a_team_is_named_with_its_postcodes_and_needs_accepting(
    shipped_database: str, tmp_path: Path
) -> None:
    rows = [line for line in text_of("coverage").splitlines() if not line.startswith("E05011151")]
    file = tmp_path / "coverage.csv"
    file.write_text("\n".join(rows), encoding="utf-8")

    staged = run_finder(shipped_database, "load", "coverage", file)
    refused = run_finder(shipped_database, "publish", "--yes")
    listed = run_finder(shipped_database, "releases")
    accepted = run_finder(shipped_database, "publish", "--yes", "--accept-warnings")

    assert staged.returncode == 0, staged.stderr
    assert refused.returncode == 1
    assert "Ladywood (E05011151) has no team" in in_one_line(refused.stderr)
    assert "stays staged" in in_one_line(refused.stderr)
    assert "directory-8" in listed.stdout
    assert accepted.returncode == 0, accepted.stderr
