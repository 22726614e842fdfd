"""Reads postcode files in the process for files of strangers, to which postcodes_apart.py gives them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from geodata.errors import SourceError
from geodata.findings import Report
from geodata.readers.postcodes.postcode_files import read_batches, source_size
from geodata.readers.postcodes.read_postcodes import Located, PostcodeTask, Reported
from geodata.readers.sandbox.protocol import ShareRead
from geodata.readers.supplied_files import Limits

_WORTH_REPORTING: Final = 0.005  # of the whole


class _BytesRead:
    """Adds up the bytes that have been read."""

    total = 0

    def update(self, done: int, /) -> None:
        self.total += done


def read(task: bytes, _: Path) -> Iterator[msgspec.Struct]:
    """The located postcodes of a file, zip or folder, then what the checks found. Raises SourceError after that."""
    given = msgspec.json.decode(task, type=PostcodeTask)
    path, limits = Path(given.path), Limits(postcodes_mb=given.most_mb)
    report, read, reported = Report(path.name), _BytesRead(), 0.0
    try:
        whole = source_size(path, limits)
        for batch in read_batches(path, report, read, limits):
            if len(batch):
                yield Located(batch.rows.tobytes())
            if read.total > (reported + _WORTH_REPORTING) * whole:
                reported = read.total / whole
                yield ShareRead(reported)
    except SourceError:
        yield Reported(report.findings, dict(report.counts))
        raise
    yield Reported(report.findings, dict(report.counts))
