"""Reads the rows of a directory file, CSV or workbook, and matches its headings to columns."""

from collections.abc import Iterator, Sequence

from finder.directory_files.body_rows import BodyReader, BodyRow
from finder.directory_files.columns import COLUMNS
from finder.directory_files.csv_files.report_encoding_and_separator import note_text_form
from finder.directory_files.fill_down_teams import TEAM, fill_down_teams
from finder.directory_files.heading_row import find_heading_row, report_rows_above
from finder.directory_files.headings import match_headings
from finder.directory_files.refuse_wrong_file import refuse_headings
from finder.directory_files.row import Row
from finder.directory_files.source_table import DirectoryFile, open_source_table
from finder.directory_files.workbooks.refuse_hidden_parts import ReadCells, report_hidden, report_uncalculated
from finder.domain.release import Part
from geodata.check_report import Report
from geodata.errors import SourceError
from geodata.readers.csv_faults import character_fault


def read_rows(file: DirectoryFile, part: Part, report: Report) -> Iterator[Row]:
    """Yields the rows that are not empty; of a workbook, those of the sheet of that name. Columns may have any order.

    Raises SourceError if the file cannot be read at all, or exceeds a limit: 20 MiB, 100,000 rows, 200 columns.
    """
    before, name = report.errors, file.path.name
    with open_source_table(file, part, report) as table:
        heading = find_heading_row(table.rows, part)
        if report.errors > before and not heading.is_complete:
            return  # the line of the headings may be one that cannot be read
        _refuse_other_tables(name, heading.texts, part)
        report_rows_above(heading, part, report)
        if table.form:
            note_text_form(table.form, heading.number, heading.texts, report)
        names = match_headings(heading.texts, COLUMNS[part], report, heading.number, file.options.ignored_columns)
        if names is None:
            return
        reader = BodyReader(heading.texts, names, COLUMNS[part], table.ends)
        body = reader.read(name, heading.below)
        reader.report(report)
    headings = {index: heading.texts[index] for index, column in enumerate(names) if column}
    if table.state:
        read = ReadCells(headings, [(row.number, row.cells) for row in body])
        report_hidden(name, table.state, read, report, allowed=file.options.include_hidden)
        if report_uncalculated(table.state, read, heading.number, report):
            return  # their cells look empty, which would be reported for each of them
    by_column = dict(zip(filter(None, names), headings.values(), strict=True))
    yield from _rows(body, by_column, report)


def _rows(body: Sequence[BodyRow], headings: dict[str, str], report: Report) -> Iterator[Row]:
    """Yields the rows with their teams; `headings` are by column, in the order of the cells."""
    names = tuple(headings)
    for row in fill_down_teams(body, names, headings[TEAM], report) if TEAM in headings else body:
        yield Row(row.number, dict(zip(names, row.cells, strict=True)), headings, report)


def _refuse_other_tables(name: str, headings: Sequence[str], part: Part) -> None:
    """Raises SourceError if headings are not text, or those of another part."""
    if character_fault(headings):
        raise SourceError(f"{name}: the heading is not UTF-8 text. Save the file as CSV UTF-8.")
    refuse_headings(name, headings, part)
