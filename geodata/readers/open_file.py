"""Opens a supplied file, or refuses it with the reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from geodata.errors import SourceError


@contextmanager
def open_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading bytes. Raises SourceError if it is missing, a folder or not readable."""
    try:
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        reason = error.strerror or str(error)
        raise SourceError(f"{path.name} cannot be read: {reason}. Check the name and that you may read it.") from error
