"""Reads postcode files in the process for files of strangers, to which postcodes_apart.py gives them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from geodata.errors import SourceError
from geodata.findings import Report
from geodata.readers.postcode_files import read_batches, source_size
from geodata.readers.postcodes import Located, PostcodeTask, Reported
from geodata.readers.sandbox.protocol import Progress
from geodata.readers.supplied_files import Limits

_WORTH_TELLING: Final = 0.005  # of the whole


def read(task: bytes, _: Path) -> Iterator[msgspec.Struct]:
    """The located postcodes of a file, zip or folder, then what the checks found. Raises SourceError after that."""
    given = msgspec.json.decode(task, type=PostcodeTask)
    path, limits = Path(given.path), Limits(postcodes_mb=given.most_mb)
    report, read_bytes, told = Report(path.name), 0, 0.0

    def advance(count: int) -> None:
        nonlocal read_bytes
        read_bytes += count

    try:
        whole = source_size(path, limits)
        for batch in read_batches(path, report, advance, limits):
            if len(batch):
                yield Located(batch.rows.tobytes())
            if read_bytes > (told + _WORTH_TELLING) * whole:
                told = read_bytes / whole
                yield Progress(told)
    except SourceError:
        yield Reported(report.findings, dict(report.counts))
        raise
    yield Reported(report.findings, dict(report.counts))
