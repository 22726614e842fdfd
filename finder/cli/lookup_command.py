"""`finder lookup`: the same answer as on the website and in the API, on the terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from finder.cli.database import on_database, settings_for
from finder.cli.options import DataDir
from finder.cli.read_live_snapshot import read_live_snapshot
from finder.cli.terminal import err, out
from finder.errors import FinderError, OperatorError
from finder.reports.terminal.show_answer import show_answer
from finder.services.find_team import FindTeam
from finder.storage.connections import Connection, Server
from geodata.errors import GeodataError
from geodata.postcode import Postcode

_STANDARD_INPUT: Final = "-"

commands = typer.Typer()


@commands.command(name="lookup", epilog='Examples: finder lookup "B2 4QA"    finder lookup - < postcodes.txt')
def lookup_command(
    postcode: Annotated[
        str,
        typer.Argument(
            help="A full postcode, in any spelling; or - to read postcodes from standard input, one a line. "
            "Other users of the machine can see an argument.",
            show_default=False,
        ),
    ],
    data_dir: DataDir = None,
) -> None:
    """Show who polices a postcode: the same answer as on the website and in the API."""
    settings = settings_for(data_dir)
    texts = _read_lines() if postcode == _STANDARD_INPUT else [postcode]
    wanted = []
    for number, text in enumerate(texts, start=1):
        with _line_named(number, of=len(texts)):
            wanted.append(Postcode.parse(text))
    resolver = FindTeam(settings.near_boundary_m, settings.near_boundary_poor_m)

    async def run(connection: Connection) -> None:
        snapshot = await read_live_snapshot(connection)
        for number, each in enumerate(wanted, start=1):
            with _line_named(number, of=len(wanted)):
                found = resolver.by_postcode(snapshot, each)
            show_answer(out, found, snapshot, datetime.now(UTC))

    on_database(data_dir, run, server=Server.PRIMARY_FIRST)


def _read_lines() -> list[str]:
    """Returns the lines of standard input that are not blank; of a terminal one line."""
    if sys.stdin is None:
        message = "There is no standard input to read a postcode from."
        raise OperatorError(message)
    if sys.stdin.isatty():
        err.print("Postcode: ", end="")
    typed = sys.stdin.buffer
    lines = [typed.readline()] if sys.stdin.isatty() else typed.readlines()
    # Bytes that are no text make a postcode malformed.
    return [text for line in lines if (text := line.decode(errors="replace").strip())] or [""]


@contextmanager
def _line_named(number: int, *, of: int) -> Iterator[None]:
    """Names the line in a refusal if there are several; never its text, which is personal."""
    try:
        yield
    except (FinderError, GeodataError) as refusal:
        if of == 1:
            raise
        message = f"Line {number}: {refusal}"
        raise OperatorError(message) from refusal
