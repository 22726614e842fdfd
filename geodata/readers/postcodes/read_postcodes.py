"""A postcode file in any layout -> batches of locations, which the sandbox reads."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Final

from geodata.check_report import Report
from geodata.errors import SourceError
from geodata.postcode_location import PostcodeBatch
from geodata.progress import NO_PROGRESS, Progress
from geodata.readers.postcodes.messages import Findings, LocatedRows, PostcodeTask
from geodata.readers.sandbox.protocol import SandboxLimits, SandboxReader
from geodata.readers.sandbox.start_child import read_in_sandbox
from geodata.readers.source_limits import DEFAULT_LIMITS, SourceLimits
from geodata.readers.supplied_files import start_reading_step

_TIME_FACTOR: Final = 10
"""Postcodes may take this many times as long as other files: rows are read only as fast as PostgreSQL stores them."""

_READER: Final = SandboxReader(
    "geodata.readers.postcodes.in_sandbox:read",
    LocatedRows | Findings,
    "Do not trust this file: fetch Code-Point Open, the ONSPD or the NSPL again.",
)


def read_postcodes(
    path: Path, report: Report, limits: SourceLimits = DEFAULT_LIMITS, progress: Progress = NO_PROGRESS
) -> Generator[PostcodeBatch, None, None]:
    """Yield every located postcode of a file, zip or folder, as `postcode_files.read_batches` in the sandbox does.

    Faults are reported. Raises SourceError if the file as a whole cannot be read.
    """
    on_progress = start_reading_step("postcodes", path, progress)
    task = PostcodeTask(str(path.absolute()), limits.postcodes_mb)
    allowed = SandboxLimits(limits.memory_mb, limits.seconds * _TIME_FACTOR, limits.postcodes_mb, limits.postcodes_mb)
    with closing(read_in_sandbox(path.name, _READER, task, allowed, on_progress)) as messages:
        for message in messages:
            match message:
                case LocatedRows(rows):
                    yield _decode(path.name, rows)
                case Findings(findings, counts):
                    report.take(findings, counts)


def _decode(name: str, rows: bytes) -> PostcodeBatch:
    try:
        return PostcodeBatch.of_bytes(rows)
    except ValueError as error:
        raise SourceError(f"{name} made its reader send something else than postcodes. {_READER.remedy}") from error
