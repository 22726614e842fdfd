"""Standard output and standard error, the exit codes, and who runs the command."""

import os
import pwd
from typing import Final

from finder.errors import OperatorError
from finder.reports.terminal.data_console import DataConsole
from geodata.unreadable_characters import unreadable_in

REFUSED: Final = 1
WRONG_USAGE: Final = 2
INTERRUPTED: Final = 130

_CLAIMS: Final = ("FINDER_USER", "SUDO_USER", "DOAS_USER", "LOGNAME", "USER")
_LONGEST_CLAIM: Final = 64

out: Final = DataConsole()
err: Final = DataConsole(stderr=True)


def show_waiting(sentence: str) -> None:
    """Prints that the command waits for a lock, and who has it."""
    err.print(sentence)


def current_user() -> str:
    """Returns the account that runs the command, for the journal: by its number, which no variable changes."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # a container may run as a user without a name
        return f"uid {number}"


def claimed_names() -> str:
    """Returns the names that the environment gives to the person, like SUDO_USER=sam. Anybody can set them.

    Raises OperatorError for a name that cannot go into the journal.
    """
    account = current_user()
    claims = {name: os.environ.get(name, "") for name in _CLAIMS}
    for name, claimed in claims.items():
        if unreadable_in(claimed) or len(claimed.splitlines()) > 1 or len(claimed) > _LONGEST_CLAIM:
            message = f"{name} is no name: it has a control character, or more than {_LONGEST_CLAIM} letters. Unset it."
            raise OperatorError(message)
    return ", ".join(f"{name}={claimed}" for name, claimed in claims.items() if claimed not in {"", account})
