"""Postcode files of strangers -> batches of locations, as the process that read them apart sends them."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from geodata.errors import SourceError
from geodata.findings import Finding, Report, Severity
from geodata.postcode_location import PostcodeBatch
from geodata.readers.sandbox.parent import Tell, read_in_sandbox
from geodata.readers.sandbox.protocol import Bounds, Reader
from geodata.readers.supplied_files import Limits

_AT_THE_RECORDS_PACE: Final = 10
"""Times as long as other files may take: rows are asked for no faster than PostgreSQL takes them."""


class PostcodeTask(msgspec.Struct, frozen=True):
    """Which source is to be read, and above how many million bytes, unpacked, it is refused."""

    path: str
    most_mb: int


class Located(msgspec.Struct, tag=True):
    """Some rows, as a PostcodeBatch has them."""

    rows: bytes


class Reported(msgspec.Struct, tag=True):
    """What the checks found, and how much of each severity, what is not listed included."""

    findings: list[Finding]
    counts: dict[Severity, int]


_READER: Final = Reader(
    "geodata.readers.postcodes.in_sandbox:read",
    Located | Reported,
    "Do not trust this file: fetch Code-Point Open, the ONSPD or the NSPL again.",
)


def read_batches_in_sandbox(
    path: Path, report: Report, tell: Tell, limits: Limits
) -> Generator[PostcodeBatch, None, None]:
    """As `postcodes.read_batches`, which a process of its own carries out; `tell` is told shares of the whole."""
    task = PostcodeTask(str(path.absolute()), limits.postcodes_mb)
    bounds = Bounds(limits.memory_mb, limits.seconds * _AT_THE_RECORDS_PACE, limits.postcodes_mb)
    with closing(read_in_sandbox(path.name, _READER, task, bounds, tell)) as messages:
        for message in messages:
            match message:
                case Located(rows):
                    yield _batch(path.name, rows)
                case Reported(findings, counts):
                    report.take(findings, counts)


def _batch(name: str, rows: bytes) -> PostcodeBatch:
    try:
        return PostcodeBatch.of_bytes(rows)
    except ValueError as error:
        raise SourceError(f"{name} made its reader send something else than postcodes. {_READER.remedy}") from error
