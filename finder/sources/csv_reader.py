"""Reads a CSV file of the directory in the process for files of strangers (confinement.py)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from finder.sources.csv_files import CsvTask
from finder.sources.workbooks import Rows
from geodata.sources.messages import Progress
from geodata.sources.tables import open_source, open_text

_AT_ONCE: Final = 500


def read(task: bytes, scratch: Path) -> Iterator[msgspec.Struct]:  # noqa: ARG001 - every reader is given a folder
    """The rows of the file, with all their cells. Raises SourceError where it is no table in UTF-8."""
    path = Path(msgspec.json.decode(task, type=CsvTask).path)
    size = path.stat().st_size
    with open_source(path) as stream, open_text(stream, path.name) as lines:
        for batch in lines.batches(_AT_ONCE):
            yield Rows(batch)
            yield Progress(stream.tell() / size)
