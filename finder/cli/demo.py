"""The demonstration behind `scripts/demo`: the embedded database, the data that ships, and the service on them."""

import asyncio
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from finder.cli.core_dumps import forbid_core_dumps
from finder.cli.database import database
from finder.cli.load_shipped_data import load_shipped
from finder.cli.standard_streams import run_program
from finder.cli.terminal import INTERRUPTED, out, show_waiting
from finder.server.serve import serve
from finder.settings import Settings
from finder.storage import publication_store
from finder.storage.connections import Server, connected
from finder.storage.migrate import migrate, migrations


def main() -> None:
    """Runs the demonstration, and exits with its code."""
    command = typer.Typer(add_completion=False)
    command.command()(demo)
    run_program(lambda: command(prog_name="scripts/demo"))


def demo(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8080,
    data_dir: Annotated[Path | None, typer.Option(help="Folder of the embedded database.")] = None,
) -> None:
    """Set up and serve the demonstration: real postcodes, example teams. Ctrl-C stops all of it."""
    forbid_core_dumps()
    given: dict[str, Any] = {"data_dir": data_dir} if data_dir else {}
    settings = Settings(database_url=None, host=host, port=port, workers=1, **given)
    # A first run should show no routine log lines, and meet no other service's port.
    quiet = {"log_level": "warning", "management_port": 0}
    settings = settings.model_copy(update={k: v for k, v in quiet.items() if k not in settings.model_fields_set})
    try:
        with database(settings) as dsn:
            asyncio.run(prepare(dsn))
            serve(settings, dsn, lambda address: _welcome(address, data_dir))
    except KeyboardInterrupt:
        out.print("\nStopped before it was ready, the database included. Run it again to go on.")
        raise typer.Exit(INTERRUPTED) from None
    out.print("Stopped, the database included.")


async def prepare(dsn: str) -> None:
    """Migrates the database; loads and publishes the data that ships if nothing is live."""
    async with connected(dsn, Server.PRIMARY) as connection:
        await migrate(
            connection,
            migrations(),
            lambda step: out.print(f"applied {step.name}"),
            on_wait=show_waiting,
        )
        if await publication_store.find_live_number(connection) is None:
            await load_shipped(connection)


def _welcome(address: str, data_dir: Path | None = None) -> None:
    base = address.rstrip("/")
    ready = Text(f"Ready: {address}", style="bold")
    out.print("\n", ready, "  (Ctrl-C stops everything)\nThree things to try:", sep="")
    out.print(f"  open {address} and ask for B2 4QA")
    out.print(f"  curl {base}/api/v1/postcodes/B24QA")
    where = f" --data-dir {shlex.quote(str(data_dir))}" if data_dir else ""
    out.print(f'  .venv/bin/finder lookup "B2 4QA"{where}    (from another terminal)', soft_wrap=True)


if __name__ == "__main__":
    main()
