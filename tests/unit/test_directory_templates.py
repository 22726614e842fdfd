"""Templates: each loads unchanged."""

from datetime import date
from pathlib import Path

import pytest

from finder.directory_files.columns import COLUMNS
from finder.directory_files.headings import folded
from finder.directory_files.read_directory_file import read_part
from finder.directory_files.templates import TEMPLATES, template, write_csv, write_workbook
from finder.domain.directory import Directory
from finder.domain.release import Part
from finder.services.loading.directory_checks.check_context import CheckContext
from finder.services.loading.directory_checks.check_directory import check_directory
from finder.services.loading.directory_checks.row_locations import RowLocations
from finder.services.loading.merge_directory import Replacement, merge
from geodata.check_report import Report
from geodata.police_forces import PoliceForces

WARDS = {"E05011151": "Ladywood", "E05011171": "Sparkbrook"}


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("today", [date(2026, 11, 21), date(2026, 12, 31), date(2028, 2, 29)])
def test_every_template_loads_unchanged_without_a_warning(tmp_path: Path, suffix: str, today: date) -> None:
    directory, places, report = Directory(), PoliceForces.read(), Report("template")
    context = CheckContext(today, WARDS, frozenset(WARDS), {"B2 4QA": "E05011151"})

    for part in TEMPLATES:
        path = tmp_path / f"{part}.{suffix}"
        rows = template(part, today)
        if suffix == "xlsx":
            write_workbook(path, part, rows)
        else:
            path.write_text(write_csv(rows), encoding="utf-8")
        read = read_part(part, path, report)
        directory = merge(directory, Replacement(part, read), places, report)
        check_directory(directory, Directory(), context, RowLocations([(path.name, read)]), report)

    assert report.findings == []
    assert all(getattr(directory, part.value) for part in TEMPLATES)


def test_every_directory_file_has_a_template() -> None:
    assert set(TEMPLATES) == set(COLUMNS)


@pytest.mark.parametrize("part", TEMPLATES)
def test_a_template_has_every_required_column_by_its_name_in_the_documentation(part: Part) -> None:
    heading, *rows = template(part, date(2026, 11, 21))

    required = {column.name for column in COLUMNS[part] if column.required}
    known = {folded(column.name) for column in COLUMNS[part]}
    assert required <= set(heading)
    assert {folded(each) for each in heading} <= known
    assert {len(row) for row in rows} == {len(heading)}
