"""Runs in the sandbox: reads a CSV file and sends its form and its rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from finder.directory_files.column_limit import refuse_wide_rows
from finder.directory_files.csv_files.encoding_and_separator import find_text_form
from finder.directory_files.csv_files.read_csv import CsvRows, CsvTask, UnreadableLines
from geodata.readers.csv_faults import UnreadableLine
from geodata.readers.csv_rows import open_csv
from geodata.readers.open_file import open_file
from geodata.readers.sandbox.protocol import ShareRead

_BATCH_ROWS: Final = 64  # a row can have a million characters, and most of a million cells


def read(task: bytes, scratch: Path) -> Iterator[msgspec.Struct]:  # noqa: ARG001 - every reader is given a folder
    """Yields the form, the rows with all their cells, and the lines that cannot be read, in the file's order."""
    given = msgspec.json.decode(task, type=CsvTask)
    path = Path(given.path)
    with open_file(path) as stream:
        form = find_text_form(stream.read(), given.known_headings)
        size, line = max(1, stream.tell()), 1
        yield form
        stream.seek(0)
        faults: list[UnreadableLine] = []
        with open_csv(stream, faults.append, encoding=form.encoding, separator=form.separator) as rows:
            if form.declares_separator:
                next(rows, None)
                line = 2
            for batch in rows.batches(_BATCH_ROWS):
                if faults:
                    yield UnreadableLines(faults)
                    faults.clear()
                refuse_wide_rows(path.name, batch, line)
                yield CsvRows(line, batch)
                yield ShareRead(min(1.0, stream.tell() / size))
                line = rows.lines_read + 1
        yield UnreadableLines(faults)
