"""What every command shares: the application, the two terminals, common options, settings and a connection."""

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console

from finder.cli.database import database
from finder.errors import OperatorError
from finder.settings import Settings, unknown_settings
from finder.storage.connections import Connection, Server, connected
from finder.storage.migrate import require_current_schema

REFUSED: Final = 1
WRONG_USAGE: Final = 2
INTERRUPTED: Final = 130
out = Console()
err = Console(stderr=True)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _commands() -> None:
    """Who polices my street, and when can I meet them? Load data, publish it, serve it."""
    # Without it, an application of which one command was imported would take that for all there is.


DataDir = Annotated[
    Path | None, typer.Option(help="Folder of the embedded database; only without FINDER_DATABASE_URL.")
]
AcceptWarnings = Annotated[bool, typer.Option(help="Publish although the checks warn.")]
CLOCK_TIMES: Final = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
Result = TypeVar("Result")


def settings_for(data_dir: Path | None, **given: object) -> Settings:
    """The settings with what a command was given; raises OperatorError where one cannot be used."""
    wanted: dict[str, Any] = {
        name: value for name, value in {"data_dir": data_dir, **given}.items() if value is not None
    }
    for sentence in unknown_settings(os.environ):
        err.print(sentence, style="yellow", highlight=False, soft_wrap=True)
    try:
        return Settings(**wanted)
    except ValidationError as error:
        faults = (f"FINDER_{str(each['loc'][0]).upper()}: {_bare(each['msg'])}." for each in error.errors())
        message = f"A setting cannot be used. {' '.join(faults)}"
        raise OperatorError(message) from error


def loaded_by() -> str:
    """Who runs the command, for the record: the account's name, and the person's behind sudo."""
    return os.environ.get("SUDO_USER") or getpass.getuser()


def _bare(message: str) -> str:
    """What pydantic says, without what it puts before sentences of our own."""
    return message.removeprefix("Value error, ").rstrip(".")


def say_waiting(sentence: str) -> None:
    """Tell whoever waits for whom."""
    err.print(sentence, highlight=False)


def on_database(
    data_dir: Path | None,
    work: Callable[[Connection], Awaitable[Result]],
    *,
    server: Server = Server.PRIMARY,
    any_schema: bool = False,
) -> Result:
    """Do a piece of work on one connection to the command's database; of several servers, to the primary."""

    async def run(dsn: str) -> Result:
        async with connected(dsn, server) as connection:
            if not any_schema:
                await require_current_schema(connection)
            return await work(connection)

    with database(settings_for(data_dir)) as dsn:
        try:
            return asyncio.run(run(dsn))
        except KeyboardInterrupt:  # caught here, because typer ends the program itself, without a word
            err.print("Stopped; nothing half-done was kept.", highlight=False)
            raise typer.Exit(INTERRUPTED) from None
