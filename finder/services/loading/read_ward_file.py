"""Reads the wards of a boundary file, with their codes from a table of names and codes if the file has none."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from finder.directory_files.csv_files.read_csv import open_csv_table
from finder.directory_files.workbooks.read_workbook import is_workbook, read_workbook
from finder.services.loading.load_job import LoadJob
from geodata.check_report import Report
from geodata.errors import SourceError
from geodata.progress import Progress, ignore_progress
from geodata.readers.boundaries.read_wards import read_wards
from geodata.readers.boundaries.ward_codes import Row, WardCodes
from geodata.readers.open_file import open_file
from geodata.readers.source_limits import SourceLimits
from geodata.ward import Ward

_MAX_BYTES = 20 << 20
_MAX_ROWS = 100_000
_SHEET = "wards"


def read_ward_file(job: LoadJob, report: Report, progress: Progress) -> list[Ward]:
    """Returns the wards of the job's file. Raises SourceError if it, or the table of codes, cannot be read."""
    options = job.ward_options
    if options.codes_from:
        options = replace(options, codes=_read_codes(options.codes_from, job.limits, report))
    return read_wards(job.path, report, options, job.limits, progress)


def _read_codes(path: Path, limits: SourceLimits, report: Report) -> WardCodes:
    """Returns the wards of a CSV file or workbook; reports faulty rows."""
    own = Report(path.name)
    try:
        return WardCodes.of_table(_rows(path, limits, own), own)
    finally:
        report.take(own.findings, own.counts)


def _rows(path: Path, limits: SourceLimits, report: Report) -> Iterator[Row]:
    with open_file(path) as stream:
        head = stream.read(8)
    if path.stat().st_size > _MAX_BYTES:
        raise SourceError(f"{path.name} is larger than {_MAX_BYTES >> 20} MiB. A table of all wards has 1 MiB.")
    if is_workbook(head):
        yield from enumerate(read_workbook(path, _SHEET, limits, ignore_progress).rows, start=1)
        return
    with open_csv_table(path, [], report, limits, ignore_progress) as (_, rows):
        for count, row in enumerate(rows):
            if count > _MAX_ROWS:
                raise SourceError(f"{path.name} has more than {_MAX_ROWS:,} rows. Great Britain has 8,400 wards.")
            yield row
