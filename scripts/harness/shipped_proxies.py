"""Starts the proxies with the configuration that ships; only ports, addresses and folders are changed."""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from scripts.harness.finder_commands import ROOT
from scripts.harness.processes import accepts_connections, child_process, find_program, free_port, wait_until_up

DEPLOY: Final = ROOT / "scripts" / "deploy"
MEMORY_FOLDER: Final = Path("/dev/shm")  # noqa: S108 - what the configuration names
# Started by root, nginx would run as a user who may not enter the folder.
_AS_ROOT: Final = " user root;" if os.geteuid() == 0 else ""


class Proxy(NamedTuple):
    """The address of a proxy, the file with its output, and its folder in memory if it has one."""

    port: int
    log: Path
    kept: Path | None = None

    @property
    def address(self) -> str:
        """The address that it listens on, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def haproxy(folder: Path, *servers: int, port: int = 0, prefix: str = "") -> Iterator[Proxy]:
    """HAProxy in front of instances on these ports; `prefix` is the path of their public address."""
    port = port or free_port()
    addresses = {f"SERVER{number}": f"127.0.0.1:{each}" for number, each in enumerate(servers, 1)}
    addresses |= {"PREFIX": prefix} if prefix else {}
    command: list[str | Path] = [find_program("haproxy"), "-db", "-f", DEPLOY / "haproxy.cfg"]
    with _running(command, folder, port, addresses | {"LISTEN": f"127.0.0.1:{port}"}) as log:
        yield Proxy(port, log)


@contextmanager
def nginx(folder: Path, server: int, prefix: str = "") -> Iterator[Proxy]:
    """An nginx with a cache in front of an instance on this port; the cache is in a memory folder of its own.

    `prefix` is the path of the instance's public address.
    """
    program, port = find_program("nginx", "nginx-light"), free_port()
    written = (DEPLOY / "nginx-cache.conf").read_text(encoding="utf-8")
    configuration = folder / "nginx.conf"
    with tempfile.TemporaryDirectory(prefix="finder-", dir=MEMORY_FOLDER) as kept:
        for there, here in (
            ("127.0.0.1:8080", f"127.0.0.1:{server}"),
            ("127.0.0.1:8000", f"127.0.0.1:{port}"),
            (f"{MEMORY_FOLDER}/", f"{kept}/"),
        ):
            written = written.replace(there, here)
        if prefix:
            written = written.replace("# rewrite ^/community/policing", f"rewrite ^{prefix}")
        configuration.write_text(written, encoding="utf-8")
        command: list[str | Path] = [program, "-p", folder, "-c", configuration, "-g", f"daemon off;{_AS_ROOT}"]
        with _running(command, folder, port, {}) as log:
            yield Proxy(port, log, Path(kept))


@contextmanager
def _running(command: Sequence[str | Path], folder: Path, port: int, settings: Mapping[str, str]) -> Iterator[Path]:
    """Starts a proxy and waits until it accepts connections; yields the file with its output."""
    log = folder / "proxy.log"
    with child_process(command, log, os.environ | dict(settings), folder=folder) as process:
        wait_until_up(process, lambda: accepts_connections(port), Path(command[0]).name, log)
        yield log
