"""Reads a CSV file of the directory in the process for files of strangers (confinement.py)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from finder.directory_files.csv_files import CsvTask, Faults, Lines
from geodata.readers.csv_rows import Unreadable
from geodata.readers.sandbox.protocol import ShareRead
from geodata.readers.text_files import open_source, open_text

_AT_ONCE: Final = 500


def read(task: bytes, scratch: Path) -> Iterator[msgspec.Struct]:  # noqa: ARG001 - every reader is given a folder
    """The rows of the file, with all their cells, and the lines of which none can be made, in their order."""
    path = Path(msgspec.json.decode(task, type=CsvTask).path)
    size, line = path.stat().st_size, 1
    faults: list[Unreadable] = []
    with open_source(path) as stream, open_text(stream, faults.append) as rows:
        for batch in rows.batches(_AT_ONCE):
            if faults:
                yield Faults(faults)
                faults.clear()
            yield Lines(line, batch)
            yield ShareRead(stream.tell() / size)
            line = rows.lines + 1
    yield Faults(faults)
