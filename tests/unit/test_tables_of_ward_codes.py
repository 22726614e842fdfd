"""Tables of ward codes are read as programs save them."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import openpyxl
import pytest

from finder.domain.release import Part
from finder.services.loading.load_job import LoadJob
from finder.services.loading.read_ward_file import read_ward_file
from geodata.check_report import Report
from geodata.district import District
from geodata.progress import NO_PROGRESS
from geodata.readers.boundaries.ward_file_options import WardFileOptions
from geodata.ward import Ward
from tests.support.boundary_files import write_boundaries
from tests.support.builders import LADYWOOD, SPARKBROOK, square

WARDS: Final = [
    Ward("", "Ladywôod", District("", ""), square(406_000, 286_000)),
    Ward("", "Sparkbrook", District("", ""), square(407_000, 286_000)),
]
ROWS: Final = [
    ("Ward name", "GSS code", "District"),
    ("LADYWÔOD", LADYWOOD, "Birmingham"),
    ("Sparkbrook", SPARKBROOK, ""),
]


def as_text(encoding: str, separator: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / "lookup.csv"
        path.write_text("".join(f"{separator.join(row)}\r\n" for row in ROWS), encoding=encoding)
        return path

    return write


def as_workbook(folder: Path) -> Path:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.worksheets[0].append(row)
    book.save(folder / "lookup.xlsx")
    return folder / "lookup.xlsx"


@pytest.mark.parametrize(
    "write",
    [as_text("utf-8", ","), as_text("utf-8-sig", ","), as_text("cp1252", ";"), as_text("utf-16", "\t"), as_workbook],
)
def test_a_table_is_read_as_programs_save_it(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    path = write_boundaries(tmp_path / "wards.gpkg", WARDS, columns={"Ward_Name": "name"})
    job = LoadJob(Part.WARDS, path, "me", ward_options=WardFileOptions(codes_from=write(tmp_path)))
    report = Report(path.name)

    wards = read_ward_file(job, report, NO_PROGRESS)

    assert [(ward.gss_code, ward.name) for ward in wards] == [(LADYWOOD, "Ladywôod"), (SPARKBROOK, "Sparkbrook")]
    assert report.errors == 0
