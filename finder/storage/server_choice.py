"""Several PostgreSQL servers behind one address: which of them a connection goes to, and how it gets there.

asyncpg reads such an address itself, but its time-out covers all the servers together, so that one which accepts and
never answers uses up the time of those after it. It also gives up at the first one that is just starting. Here each
server has its own time, and its first use is part of the attempt.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from finder.errors import DatabaseUnavailableError

# The one name by which services know a connection: they hand it on and never use it themselves.
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
FAULTS: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What can go wrong on the way to a server."""

_DEFAULT_PORT: Final = "5432"
_TOGETHER: Final = 10.0  # seconds for a lone server
_EACH: Final = 3.0  # seconds for each of several
_FAILOVER: Final = 20.0  # seconds in which a standby should have been promoted
_PAUSE: Final = 0.5
# What a server says that is about to answer, or to go: the next moment may bring another answer.
_PASSING: Final = (
    OSError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
)


class Target(NamedTuple):
    """Which servers a connection is for."""

    standby: bool | None  # None: either will do
    strict: bool  # rather none than another


class Server(Enum):
    """What a caller wants; of a lone server that is not a standby everybody gets the same."""

    PRIMARY = Target(standby=False, strict=True)  # to write; waits for one to be promoted
    PRIMARY_FIRST = Target(standby=False, strict=False)  # to read what was just written, where that can be had
    STANDBY_FIRST = Target(standby=True, strict=False)  # to read


# Names of PostgreSQL's own clients; a reader obeys them, while a writer has no choice.
_ATTRIBUTES: Final = {
    "any": Target(standby=None, strict=False),
    "primary": Server.PRIMARY.value,
    "read-write": Server.PRIMARY.value,
    "standby": Target(standby=True, strict=True),
    "read-only": Target(standby=True, strict=True),
    "prefer-standby": Server.STANDBY_FIRST.value,
}


class NoSuchServerError(Exception):
    """Servers answer, but none that this connection is for."""

    def __init__(self, target: Target) -> None:
        self.wanted = "standby" if target.standby else "primary"
        super().__init__(f"no server is a {self.wanted}")


class Host(NamedTuple):
    """Where one server listens; both None where the address names one only, which asyncpg reads by itself."""

    name: str | None
    port: int | None


def hosts_of(dsn: str) -> list[Host]:
    """The servers that an address names, in its order. Raises ValueError where a port is no number."""
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


def _target(dsn: str, server: Server) -> Target:
    asked = parse_qs(urlsplit(dsn).query).get("target_session_attrs", [""])[-1]
    if asked and asked not in _ATTRIBUTES:
        raise DatabaseUnavailableError(
            f"FINDER_DATABASE_URL cannot be used: its target_session_attrs must be one of {', '.join(_ATTRIBUTES)}."
        )
    return server.value if server is Server.PRIMARY or not asked else _ATTRIBUTES[asked]


async def connect(
    dsn: str, server: Server, prepare: Callable[[Connection], Awaitable[None]], patience: float | None = None
) -> Connection:
    """A prepared connection to the right one of the servers that an address names.

    Raises what the most telling server raised, NoSuchServerError where each is of the wrong kind, and ValueError where
    the address is none. With several servers, one that writes waits while a standby may be about to be promoted.
    """
    hosts, target = hosts_of(dsn), _target(dsn, server)
    each = patience or (_EACH if len(hosts) > 1 else _TOGETHER)
    waits = server is Server.PRIMARY and len(hosts) > 1
    deadline = asyncio.get_running_loop().time() + (_FAILOVER if waits else 0.0)
    while True:
        try:
            return await _first_that_fits(dsn, hosts, target, prepare, each)
        except asyncpg.ClientConfigurationError:
            raise
        except (NoSuchServerError, *_PASSING):
            if asyncio.get_running_loop().time() + _PAUSE > deadline:
                raise
        await asyncio.sleep(_PAUSE)


async def _first_that_fits(
    dsn: str, hosts: list[Host], target: Target, prepare: Callable[[Connection], Awaitable[None]], each: float
) -> Connection:
    second_best: Connection | None = None
    errors: list[Exception] = []
    try:
        for host in hosts:
            try:
                connection, is_standby = await _reach(dsn, host, each, prepare)
            except FAULTS as error:
                errors.append(error)
                continue
            if target.standby in {None, is_standby}:
                return connection
            if target.strict or second_best:
                errors.append(NoSuchServerError(target))
                connection.terminate()
            else:
                second_best = connection
        if second_best:
            chosen, second_best = second_best, None
            return chosen
    finally:
        if second_best:
            second_best.terminate()
    raise _most_telling(errors)


async def _reach(
    dsn: str, host: Host, seconds: float, prepare: Callable[[Connection], Awaitable[None]]
) -> tuple[Connection, bool]:
    """A connection that has proved itself by its first use, and whether a standby is at its other end."""
    async with asyncio.timeout(seconds):
        connection = await asyncpg.connect(
            dsn,
            host=host.name,
            port=host.port,
            timeout=seconds,
            target_session_attrs=SessionAttribute.any,
            server_settings={"application_name": "finder"},
        )
        try:
            await prepare(connection)
            is_standby = bool(await connection.fetchval("SELECT pg_is_in_recovery()"))
        except BaseException:
            connection.terminate()
            raise
    return connection, is_standby


def _most_telling(errors: list[Exception]) -> Exception:
    """A refusal says more than that a server is no primary, and that more than that one cannot be reached."""
    return min(errors, key=lambda error: (isinstance(error, _PASSING), isinstance(error, NoSuchServerError)))
