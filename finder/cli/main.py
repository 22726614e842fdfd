"""The `finder` command: the table of its subcommands. A subcommand's module is imported when it is used."""

import sys
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_group

from finder.cli.core_dumps import forbid_core_dumps
from finder.cli.standard_streams import run_program
from finder.cli.terminal import WRONG_USAGE, err
from geodata.unreadable_characters import unreadable_in

COMMANDS: Final = {
    "diff": "diff_command",
    "publish": "publish_commands",
    "withdraw": "publish_commands",
    "rollback": "publish_commands",
    "discard": "publish_commands",
    "releases": "releases_command",
    "coverage-draft": "coverage_draft_command",
    "journal": "journal_commands",
    "prune": "journal_commands",
    "load": "load_command",
    "lookup": "lookup_command",
    "migrate": "serve_commands",
    "serve": "serve_commands",
    "version": "serve_commands",
    "template": "template_command",
    "surgery": "surgery_commands",
}
"""The module of each command, in the order in which `finder --help` lists them."""


class LazyGroup(TyperGroup):
    """Imports the module of a command when it is used: importing all of them takes longer than `serve` and `load` may.

    The types of contexts and commands are private to typer.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer passes it
        """Returns all names, and imports nothing."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - typer passes it
        """Returns a command. For an unknown name it imports all of them, so that typer can suggest one."""
        for name in [cmd_name] if cmd_name in COMMANDS else COMMANDS:
            if name not in self.commands:
                module = import_module(f"finder.cli.{COMMANDS[name]}")
                self.commands.update(get_group(module.commands).commands)
        return self.commands.get(cmd_name)


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _describe() -> None:
    """Who polices my street, and when can I meet them? Load data, publish it, serve it."""


def main() -> None:
    """Runs a command, and exits with its code."""
    forbid_core_dumps()
    run_program(_run, _show_findings)


def _run() -> None:
    """Runs the command that the arguments name. Control characters in them would end up in journal and terminals."""
    if unreadable := next(filter(None, map(unreadable_in, sys.argv)), ""):
        err.print(f"An argument has a control character, {unreadable}. Type it anew, or rename the file.")
        sys.exit(WRONG_USAGE)
    app()


def _show_findings(refusal: Exception) -> None:
    """Prints the findings of a load that failed its checks."""
    from finder.reports.terminal.show_load import show_report  # noqa: PLC0415 - `serve` needs neither
    from finder.services.loading.load_job import CheckFailedError  # noqa: PLC0415

    if isinstance(refusal, CheckFailedError):
        show_report(err, refusal.report)
