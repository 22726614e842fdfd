"""Starts the proxies whose configuration ships; a test is skipped if the program is not installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts.harness import shipped_proxies
from scripts.harness.processes import find_program, free_port
from scripts.harness.shipped_proxies import DEPLOY, MEMORY_FOLDER, Proxy
from scripts.harness.waiting import HarnessError

__all__ = ["DEPLOY", "MEMORY_FOLDER", "Proxy", "free_port", "haproxy", "nginx", "require_program"]


def require_program(name: str) -> str:
    """The path of a program of the system; without it the test is skipped."""
    try:
        return find_program(name)
    except HarnessError as missing:
        pytest.skip(str(missing))


@contextmanager
def haproxy(folder: Path, *servers: int, prefix: str = "") -> Iterator[Proxy]:
    """HAProxy in front of instances on these ports; `prefix` is the path of their public address."""
    require_program("haproxy")
    with shipped_proxies.haproxy(folder, *servers, prefix=prefix) as proxy:
        yield proxy


@contextmanager
def nginx(folder: Path, server: int, prefix: str = "") -> Iterator[Proxy]:
    """An nginx that caches in front of an instance on this port; `prefix` is the path of its public address."""
    require_program("nginx")
    with shipped_proxies.nginx(folder, server, prefix) as proxy:
        yield proxy
