"""Files that commands write for staff: refused before the work is done, where they cannot be written, and in words."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from finder.errors import OperatorError


def writable(path: Path | None) -> Path | None:
    """A file that is to be written once the work is done; wrong usage where it cannot be."""
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
    """What goes wrong with the file while it is written, in words: a full disk, for example."""
    try:
        yield
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}."
        raise OperatorError(message) from error
