"""Splits a database address that names several servers, as libpq allows, into one host and port for each."""

import os
from typing import Final, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

_DEFAULT_PORT: Final = "5432"


class Host(NamedTuple):
    """Where one server listens. Both are None if the address names only one server: asyncpg then reads it itself."""

    name: str | None
    port: int | None


def hosts_of(dsn: str) -> list[Host]:
    """The servers that an address names, in its order. Raises ValueError if a port is not a number."""
    parts = urlsplit(dsn)
    query = parse_qs(parts.query)
    before, at, after = parts.netloc.partition("@")
    listed = after if at else before
    ports = ""
    if not listed:
        listed = query.get("host", [""])[-1]
        ports = query.get("port", [""])[-1]
    names = [unquote(name) for name in listed.split(",")]
    if len(names) == 1:
        return [Host(None, None)]
    return [_host(name, port) for name, port in zip(names, _for_each(ports, len(names)), strict=True)]


def _for_each(ports: str, count: int) -> list[str]:
    given = (ports or os.environ.get("PGPORT", "") or _DEFAULT_PORT).split(",")
    return given * count if len(given) == 1 else given


def _host(name: str, port: str) -> Host:
    if name.startswith("["):
        inside, _, rest = name[1:].partition("]")
        return Host(inside, int(rest.removeprefix(":") or port))
    if name.startswith("/"):
        return Host(name, int(port))
    host, _, own = name.partition(":")
    return Host(host, int(own or port))
