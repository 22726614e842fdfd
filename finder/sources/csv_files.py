"""CSV files of the directory -> rows of text, read by a process of its own, like workbooks."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from finder.sources.workbooks import Rows
from geodata.sources.messages import Bounds, Reader
from geodata.sources.quarantine import Tell, read_apart
from geodata.sources.supplied import Limits

_MOST_SENT_MB: Final = 100  # million bytes: five times those of the largest file, since each cell has one for itself
_READER: Final = Reader("finder.sources.csv_reader:read", Rows, "Save it again as CSV UTF-8.")


class CsvTask(msgspec.Struct):
    """Which file is to be read."""

    path: str


def read_csv(path: Path, limits: Limits, tell: Tell) -> Generator[list[str], None, None]:
    """The rows of a file with all their cells, those before a fault too. Raises SourceError, naming the line."""
    bounds = Bounds(memory_mb=limits.memory_mb, seconds=limits.seconds, written_mb=_MOST_SENT_MB)
    with closing(read_apart(path.name, _READER, CsvTask(str(path.absolute())), bounds, tell)) as messages:
        for message in messages:
            yield from message.rows
