"""The real commands, in processes of their own."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PATIENCE: Final = 30.0  # seconds until a test gives up on another process
_POLL: Final = 0.01


def environment(dsn: str, **settings: str) -> dict[str, str]:
    """The environment of a command: this database, this checkout, and no settings of the developer's."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("FINDER_", "PG"))}
    paths = os.pathsep.join(path for path in (str(ROOT), own.get("PYTHONPATH", "")) if path)
    return own | {"FINDER_DATABASE_URL": dsn, "PYTHONPATH": paths, "COLUMNS": "200"} | settings


def run_finder(dsn: str, *arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "finder", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE * 4,
        cwd=tempfile.gettempdir(),
        env=environment(dsn, **settings),
    )


def wait_until(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Look again and again, up to a deadline."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"in vain waited {patience:.0f} s for {what}"
        time.sleep(_POLL)


@dataclass(slots=True)
class Served:
    """A running `finder serve`; all that it prints goes to one file."""

    process: subprocess.Popen[bytes]
    output_file: Path

    @property
    def output(self) -> str:
        """All that it has printed so far, standard output and standard error."""
        return self.output_file.read_text(encoding="utf-8", errors="replace")

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(re.findall(r"http://127\.0\.0\.1:(\d+)/", self.output)[0])

    def events(self) -> list[Mapping[str, object]]:
        """Its log."""
        return [json.loads(line) for line in self.output.splitlines() if line.startswith("{")]

    def stop(self) -> int:
        """Ask it to end, as a service manager does, and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE)


@contextmanager
def served(dsn: str, folder: Path, *arguments: str, **settings: str) -> Iterator[Served]:
    """The production server on a free port, answering."""
    output_file = folder / "output.log"
    wanted = {"FINDER_LOG_FORMAT": "json", "FINDER_POLL_INTERVAL": "0.2", **settings}
    with (
        output_file.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "finder", "serve", "--port", "0", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment(dsn, **wanted),
        ) as process,
    ):
        running = Served(process, output_file)
        try:
            wait_until(lambda: "http://127.0.0.1:" in running.output or process.poll() is not None, "the server")
            assert process.poll() is None, running.output
            yield running
        finally:
            if process.poll() is None:
                process.terminate()
