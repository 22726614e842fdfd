"""Options that several commands have."""

from pathlib import Path
from typing import Annotated, Final

import typer

DataDir = Annotated[
    Path | None, typer.Option(help="Folder of the embedded database; only without FINDER_DATABASE_URL.")
]
AcceptWarnings = Annotated[bool, typer.Option(help="Publish although the checks warn.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]
Releases = Annotated[list[str] | None, typer.Argument(help="Staged releases; default: the newest of each kind.")]

CLOCK_TIMES: Final = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
"""Formats of a moment on the clocks of London."""
