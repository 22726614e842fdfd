"""The text of a Shapefile is read in the encoding that it is in, whatever its .cpg says."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from geodata.check_report import Report
from geodata.district import District
from geodata.readers.boundaries.read_wards import read_wards
from geodata.ward import Ward
from tests.support.boundary_files import write_boundaries
from tests.support.builders import LADYWOOD, SPARKBROOK, square

NAME: Final = "Ladywôod \u2013 Nôrth"
WARDS: Final = [
    Ward(LADYWOOD, NAME, District("", ""), square(406_000, 286_000)),
    Ward(SPARKBROOK, "St. Mary's", District("", ""), square(408_000, 284_000)),
]
UTF_8, WINDOWS, DOS = "utf-8", "cp1252", "cp850"


def write(folder: Path, encoding: str, cpg: str | None, name: str = NAME) -> Path:
    """A Shapefile with the name in an encoding, and with what its .cpg says."""
    stands_for = "#" * len(name.encode(encoding))
    path = write_boundaries(folder / "wards.shp", [replace(WARDS[0], name=stands_for), WARDS[1]])
    table = path.with_suffix(".dbf")
    content = bytearray(table.read_bytes().replace(stands_for.encode(), name.encode(encoding)))
    content[29] = 0  # as programs write it that do not say the encoding here either
    table.write_bytes(content)
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
    return path


def read(path: Path) -> tuple[list[str], list[tuple[bool, str]]]:
    """The names of the wards, and of each finding whether it is a warning, and what it says."""
    report = Report(path.name)
    names = [ward.name for ward in read_wards(path, report)]
    assert report.errors == 0
    return names, [(bool(each.remedy), each.problem) for each in report.findings]


@pytest.mark.parametrize(("encoding", "shown"), [(UTF_8, "UTF-8"), (WINDOWS, "Windows-1252")])
def test_text_without_a_named_encoding_is_read_right_with_a_note(tmp_path: Path, encoding: str, shown: str) -> None:
    names, findings = read(write(tmp_path, encoding, cpg=None))

    assert names == [NAME, "St. Mary's"]
    note = f"the Shapefile does not name its encoding (no .cpg); text was read as {shown}: {NAME!r}."
    assert findings == [(False, note)]


@pytest.mark.parametrize(
    ("encoding", "cpg"),
    [
        (UTF_8, "UTF-8"),
        (UTF_8, "utf8\r\n"),
        (UTF_8, "65001"),
        (WINDOWS, "1252"),
        (WINDOWS, "ANSI 1252"),
        (WINDOWS, "windows-1252"),
    ],
)
def test_text_in_the_named_encoding_is_read_without_a_word(tmp_path: Path, encoding: str, cpg: str) -> None:
    assert read(write(tmp_path, encoding, cpg)) == ([NAME, "St. Mary's"], [])


@pytest.mark.parametrize(
    ("encoding", "cpg", "shown"),
    [
        (UTF_8, "ISO-8859-1", "UTF-8"),
        (UTF_8, "1252", "UTF-8"),
        (WINDOWS, "UTF-8", "Windows-1252"),
        (WINDOWS, "850", "Windows-1252"),
        (UTF_8, "nonsense", "UTF-8"),
    ],
)
def test_a_wrong_cpg_is_warned_of_and_the_text_is_read_right(
    tmp_path: Path, encoding: str, cpg: str, shown: str
) -> None:
    names, findings = read(write(tmp_path, encoding, cpg))

    assert names == [NAME, "St. Mary's"]
    assert findings == [
        (
            True,
            f"the .cpg names {cpg}, in which text would be garbled; text was read as {shown}: {NAME!r}.",
        )
    ]


def test_text_of_dos_is_read_right(tmp_path: Path) -> None:
    names, findings = read(write(tmp_path, DOS, cpg=None, name="Ynys Môn"))

    assert names[0] == "Ynys Môn"
    assert findings[0][1].endswith("text was read as cp850: 'Ynys Môn'.")


def test_text_that_is_garbled_in_every_encoding_is_warned_of(tmp_path: Path) -> None:
    _, findings = read(write(tmp_path, "latin-1", cpg=None, name="Lady\xb0\xb1wood"))

    assert findings[0][0]
    assert findings[0][1].startswith("text looks garbled in every encoding: ")


def test_a_name_that_was_garbled_before_is_warned_of_in_any_format(tmp_path: Path) -> None:
    garbled = replace(WARDS[0], name="Ladywôod".encode().decode(WINDOWS))
    report = Report("wards.gpkg")

    read_wards(write_boundaries(tmp_path / "wards.gpkg", [garbled, WARDS[1]]), report)

    assert [(each.row, each.value, each.problem) for each in report.findings] == [
        (1, "LadywÃ\u00b4od", "the name looks garbled; it may be 'Ladywôod'.")
    ]
