"""The commands: parse arguments, call one service, say what came of it, exit code. A module a group of commands."""

import sys

from finder import show
from finder.cli import answering, coverage, loading, publishing, records, running, surgeries, templates
from finder.cli.application import REFUSED, app, err
from finder.cli.loading import load_with_progress
from finder.errors import FinderError
from finder.services.load import CheckFailedError
from geodata.errors import GeodataError

__all__ = [
    "answering",
    "coverage",
    "load_with_progress",
    "loading",
    "main",
    "publishing",
    "records",
    "running",
    "surgeries",
    "templates",
]


def main() -> None:
    """Run a command; expected refusals become a sentence on standard error and exit code 1."""
    try:
        app()
    except (FinderError, GeodataError) as refusal:
        if isinstance(refusal, CheckFailedError):
            show.findings(err, refusal.report)
        err.print(str(refusal), style="bold red", highlight=False, soft_wrap=True)
        sys.exit(REFUSED)
