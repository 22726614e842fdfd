"""The proxies whose configuration ships, started on free ports with nothing changed but addresses and folders."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.support.commands import ROOT, wait_until

DEPLOY: Final = ROOT / "scripts" / "deploy"
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - what the configuration names
# As root, nginx would serve as a user that may not enter the test's folder.
_AS_ROOT: Final = " user root;" if os.geteuid() == 0 else ""
_SBIN: Final = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))


class Proxy(NamedTuple):
    """Where a proxy listens, the file that takes all its output, and the folder in memory of what it keeps, if any."""

    port: int
    log: Path
    kept: Path | None = None


def program(name: str) -> str:
    """The path of a program of the system; without it the test is skipped with a word."""
    found = shutil.which(name, path=_SBIN)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def haproxy(folder: Path, *servers: int) -> Iterator[Proxy]:
    """HAProxy in front of instances on these ports."""
    port = free_port()
    addresses = {f"SERVER{number}": f"127.0.0.1:{each}" for number, each in enumerate(servers, 1)}
    command = [program("haproxy"), "-db", "-f", str(DEPLOY / "haproxy.cfg")]
    with _running(command, folder, port, LISTEN=f"127.0.0.1:{port}", **addresses) as log:
        yield Proxy(port, log)


@contextmanager
def nginx(folder: Path, server: int) -> Iterator[Proxy]:
    """An nginx that caches in front of an instance on this port; what it keeps is in a memory folder of its own."""
    port = free_port()
    written = (DEPLOY / "nginx-cache.conf").read_text(encoding="utf-8")
    configuration = folder / "nginx.conf"
    with tempfile.TemporaryDirectory(prefix="finder-", dir=MEMORY) as kept:
        for there, here in (
            ("127.0.0.1:8080", f"127.0.0.1:{server}"),
            ("127.0.0.1:8000", f"127.0.0.1:{port}"),
            (f"{MEMORY}/", f"{kept}/"),
        ):
            written = written.replace(there, here)
        configuration.write_text(written)
        command = [program("nginx"), "-p", str(folder), "-c", str(configuration), "-g", f"daemon off;{_AS_ROOT}"]
        with _running(command, folder, port) as log:
            yield Proxy(port, log, Path(kept))


@contextmanager
def _running(command: Sequence[str], folder: Path, port: int, **settings: str) -> Iterator[Path]:
    """A proxy that accepts connections; gives the file that takes all its output."""
    log = folder / "proxy.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, env=os.environ | settings
        ) as process,
    ):
        try:
            wait_until(lambda: _accepts(port) or process.poll() is not None, "the proxy")
            assert process.poll() is None, log.read_text()
            yield log
        finally:
            process.terminate()


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
