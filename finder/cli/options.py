"""Options that several commands have."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from finder.directory_files.british_dates import UnreadableError, parse_moment

DataDir = Annotated[
    Path | None, typer.Option(help="Folder of the embedded database; only without FINDER_DATABASE_URL.")
]
AcceptWarnings = Annotated[bool, typer.Option(help="Publish although the checks warn.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]
Releases = Annotated[list[str] | None, typer.Argument(help="Staged releases; default: the newest of each kind.")]


def clock_time(text: str) -> datetime:
    """Parses a moment on the clocks of London as people in Britain write it."""
    try:
        return parse_moment(text)
    except UnreadableError as error:
        message = f"{text!r}: {error} Write it like 2026-12-03 18:00 or 3 December 2026 6pm."
        raise typer.BadParameter(message) from error
