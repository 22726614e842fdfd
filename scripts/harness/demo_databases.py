"""Embedded databases in which the data that ships is live."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from finder.cli.database import database
from finder.cli.demo import prepare
from finder.embedded import EmbeddedPostgres
from finder.settings import Settings
from scripts.harness.finder_commands import ROOT

_PREPARE: Final = "import asyncio, sys; from finder.cli.demo import prepare; asyncio.run(prepare(sys.argv[1]))"


@contextmanager
def new_demo_postgres(folder: Path, *, quiet: bool = False) -> Iterator[EmbeddedPostgres]:
    """A new PostgreSQL in an empty folder. If `quiet`, nothing shows how it is filled."""
    with EmbeddedPostgres(folder) as server:
        if quiet:
            subprocess.run([sys.executable, "-c", _PREPARE, server.dsn], check=True, cwd=ROOT, capture_output=True)
        else:
            asyncio.run(prepare(server.dsn))
        yield server


@contextmanager
def kept_demo_database(data_dir: Path) -> Iterator[str]:
    """The address of a PostgreSQL that is kept for the next run; filled unless a publication is live in it."""
    with database(Settings(database_url=None, data_dir=data_dir)) as dsn:
        # In a process of its own, so that who measures afterwards has not grown by it.
        subprocess.run([sys.executable, "-c", _PREPARE, dsn], check=True, cwd=ROOT)
        yield dsn
