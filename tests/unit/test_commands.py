"""The table of the `finder` command: its subcommands are imported when they are used."""

import subprocess
import sys
from importlib import import_module
from typing import Final

import pytest
import typer
from typer.main import get_group
from typer.testing import CliRunner

from finder.cli.main import COMMANDS, app

_IMPORTED: Final = """
import sys
from finder.cli.main import app
try:
    app(["{name}", "--help"])
finally:
    print(*(name for name in sys.modules if name.startswith("finder.cli.") and "command" in name), file=sys.stderr)
"""


@pytest.mark.parametrize("module", sorted(set(COMMANDS.values())))
def test_every_command_of_a_module_is_in_the_table(module: str) -> None:
    defined = set(get_group(import_module(f"finder.cli.{module}").commands).commands)

    assert defined == {name for name, its_module in COMMANDS.items() if its_module == module}


def test_the_help_lists_every_command_in_the_order_of_the_table() -> None:
    printed = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200", "TERMINAL_WIDTH": "200"}).output

    listed = [line.split()[1] for line in printed.partition("Commands")[2].splitlines() if line.startswith("│ ")]
    assert [word for word in listed if word in COMMANDS] == list(COMMANDS)


@pytest.mark.parametrize("name", ["serve", "load"])
def test_a_command_imports_no_module_of_another(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTED.format(name=name)], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stderr.split() == [f"finder.cli.{COMMANDS[name]}"]


def test_a_misspelt_command_gets_a_suggestion() -> None:
    done = CliRunner().invoke(app, ["serv"])

    assert done.exit_code == 2
    assert "Did you mean 'serve'?" in done.output


def test_a_command_has_the_name_under_which_it_is_found() -> None:
    group = get_group(app)
    found = [group.get_command(typer.Context(group), name) for name in COMMANDS]

    assert [command and command.name for command in found] == list(COMMANDS)
