"""The demonstration behind `scripts/demo`: the embedded database, the data that ships, and the service on them."""

import asyncio
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from finder.cli.database import database
from finder.cli.load_shipped_data import load_shipped
from finder.cli.terminal import INTERRUPTED
from finder.errors import FinderError
from finder.server.serve import serve
from finder.settings import Settings
from finder.storage import publication_store
from finder.storage.connections import Server, connected
from finder.storage.migrate import migrate, migrations
from geodata.errors import GeodataError

_out = Console()


def main() -> None:
    """Runs the demonstration. An expected refusal becomes a sentence on standard error and exit code 1."""
    try:
        command = typer.Typer(add_completion=False)
        command.command()(demo)
        command(prog_name="scripts/demo")
    except (FinderError, GeodataError) as refusal:
        Console(stderr=True).print(str(refusal), style="bold red", highlight=False, soft_wrap=True)
        raise SystemExit(1) from refusal


def demo(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8080,
    data_dir: Annotated[Path | None, typer.Option(help="Folder of the embedded database.")] = None,
) -> None:
    """Set up and serve the demonstration: real postcodes, example teams. Ctrl-C stops all of it."""
    given: dict[str, Any] = {"data_dir": data_dir} if data_dir else {}
    settings = Settings(database_url=None, host=host, port=port, workers=1, **given)
    if "log_level" not in settings.model_fields_set:
        settings = settings.model_copy(update={"log_level": "warning"})  # a first run should show no routine log lines
    try:
        with database(settings) as dsn:
            asyncio.run(prepare(dsn))
            serve(settings, dsn, lambda address: _welcome(address, data_dir))
    except KeyboardInterrupt:
        _out.print("\nStopped before it was ready, the database included. Run it again to go on.", highlight=False)
        raise typer.Exit(INTERRUPTED) from None
    _out.print("Stopped, the database included.", highlight=False)


async def prepare(dsn: str) -> None:
    """Migrates the database; loads and publishes the data that ships if nothing is live."""
    async with connected(dsn, Server.PRIMARY) as connection:
        await migrate(
            connection,
            migrations(),
            lambda step: _out.print(f"applied {step.name}", highlight=False),
            on_wait=lambda sentence: _out.print(sentence, highlight=False),
        )
        if await publication_store.find_live_number(connection) is None:
            await load_shipped(connection)


def _welcome(address: str, data_dir: Path | None = None) -> None:
    base = address.rstrip("/")
    _out.print(f"\n[bold]Ready: {address}[/bold]  (Ctrl-C stops everything)\nThree things to try:", highlight=False)
    _out.print(f"  open {address} and ask for B2 4QA", highlight=False)
    _out.print(f"  curl {base}/api/v1/postcodes/B24QA", highlight=False)
    where = f" --data-dir {shlex.quote(str(data_dir))}" if data_dir else ""
    _out.print(f'  .venv/bin/finder lookup "B2 4QA"{where}    (from another terminal)', highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
