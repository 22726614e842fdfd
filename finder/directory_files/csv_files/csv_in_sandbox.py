"""Runs in the sandbox: reads a CSV file and sends its rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from finder.directory_files.csv_files.read_csv import CsvRows, CsvTask, UnreadableLines
from geodata.readers.csv_rows import Unreadable
from geodata.readers.sandbox.protocol import ShareRead
from geodata.readers.text_files import open_source, open_text

_BATCH_ROWS: Final = 500


def read(task: bytes, scratch: Path) -> Iterator[msgspec.Struct]:  # noqa: ARG001 - every reader is given a folder
    """Yields the rows of the file with all their cells, and the lines that cannot be read, in the file's order."""
    path = Path(msgspec.json.decode(task, type=CsvTask).path)
    size, line = path.stat().st_size, 1
    faults: list[Unreadable] = []
    with open_source(path) as stream, open_text(stream, faults.append) as rows:
        for batch in rows.batches(_BATCH_ROWS):
            if faults:
                yield UnreadableLines(faults)
                faults.clear()
            yield CsvRows(line, batch)
            yield ShareRead(stream.tell() / size)
            line = rows.lines + 1
    yield UnreadableLines(faults)
