"""Reads postcode files in the sandbox's child and sends the located rows and the findings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from geodata.check_report import Report
from geodata.errors import SourceError
from geodata.readers.postcodes.messages import Findings, LocatedRows, PostcodeTask
from geodata.readers.postcodes.postcode_files import read_batches, unpacked_size
from geodata.readers.sandbox.protocol import ShareRead
from geodata.readers.source_limits import SourceLimits

_MIN_REPORTED_SHARE: Final = 0.005  # of the whole


class _ByteCounter:
    """A step that adds up the bytes that have been read."""

    total = 0

    def update(self, done: int, /) -> None:
        self.total += done


def read(encoded_task: bytes, _: Path) -> Iterator[msgspec.Struct]:
    """Send the located postcodes of a source, then the findings. Raises SourceError after the findings."""
    task = msgspec.json.decode(encoded_task, type=PostcodeTask)
    path, limits = Path(task.path), SourceLimits(postcodes_mb=task.max_mb)
    report, read, reported = Report(path.name), _ByteCounter(), 0.0
    try:
        size = unpacked_size(path, limits)
        for batch in read_batches(path, report, read, limits):
            if len(batch):
                yield LocatedRows(batch.rows.tobytes())
            if read.total > (reported + _MIN_REPORTED_SHARE) * size:
                reported = read.total / size
                yield ShareRead(reported)
    except SourceError:
        yield Findings(report.findings, dict(report.counts))
        raise
    yield Findings(report.findings, dict(report.counts))
