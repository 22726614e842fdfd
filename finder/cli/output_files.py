"""Files that commands write for staff. A file that cannot be written is refused before the work starts."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from finder.errors import OperatorError


def writable(path: Path | None) -> Path | None:
    """Returns the path if a file can be written there, else raises BadParameter; a callback of options."""
    if path is None:
        return None
    if path.is_dir():
        message = f"{path} is a folder. Name a file in it."
        raise typer.BadParameter(message)
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        message = f"{path} cannot be written. Check that its folder exists and that you may write there."
        raise typer.BadParameter(message)
    return path


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns an error while the file is written, such as a full disk, into OperatorError."""
    try:
        yield
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}."
        raise OperatorError(message) from error
