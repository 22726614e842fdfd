"""Standard output and standard error, the exit codes, and who runs the command."""

import getpass
import os
from typing import Final

from finder.reports.terminal.data_console import DataConsole

REFUSED: Final = 1
WRONG_USAGE: Final = 2
INTERRUPTED: Final = 130

out: Final = DataConsole()
err: Final = DataConsole(stderr=True)


def show_waiting(sentence: str) -> None:
    """Prints that the command waits for a lock, and who has it."""
    err.print(sentence)


def current_user() -> str:
    """Returns the account that runs the command, for the journal; behind sudo, the account of the person."""
    return os.environ.get("SUDO_USER") or getpass.getuser()
