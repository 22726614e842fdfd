"""The commands: parse arguments, call one service, say what came of it, exit code. A module a group of commands."""

import sys
from importlib import import_module
from typing import Final

from finder.cli.application import REFUSED, app, err
from finder.errors import FinderError
from geodata.errors import GeodataError

_MODULES: Final = (
    "coverage_draft_command",
    "journal_commands",
    "load_command",
    "lookup_command",
    "publication_commands",
    "serve_commands",
    "surgery_commands",
    "template_command",
)
# Serving is to be ready within a second, and what other commands need takes half of one to import; a load is measured
# against a bare COPY.
_ALONE: Final = {"serve": "serve_commands", "load": "load_command"}
_WANTED: Final = _ALONE.get("".join(sys.argv[1:2]))

for _module in [_WANTED] if _WANTED else _MODULES:
    import_module(f"finder.cli.{_module}")  # puts its commands into the application


def main() -> None:
    """Run a command; expected refusals become a sentence on standard error and exit code 1."""
    try:
        app()
    except (FinderError, GeodataError) as refusal:
        _tell_findings(refusal)
        err.print(str(refusal), style="bold red", highlight=False, soft_wrap=True)
        sys.exit(REFUSED)


def _tell_findings(refusal: Exception) -> None:
    """What the checks found, where it is they who refuse."""
    from finder.reports.terminal.show_load import show_report  # noqa: PLC0415 - serving needs neither
    from finder.services.loading.load_job import CheckFailedError  # noqa: PLC0415

    if isinstance(refusal, CheckFailedError):
        show_report(err, refusal.report)
