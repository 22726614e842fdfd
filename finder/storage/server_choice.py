"""Chooses which of several PostgreSQL servers in one address to connect to.

asyncpg reads such an address itself, but it has one timeout for all servers: a server that accepts connections and does
not answer uses up the time of the others. It also gives up at the first server that is just starting. Here each server
has its own timeout, which includes a first query.
"""

import asyncio
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import parse_qs, urlsplit

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from finder.errors import DatabaseUnavailableError
from finder.storage.server_addresses import Host, hosts_of

# Services pass connections on under this name and never call asyncpg themselves.
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
FAULTS: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""The errors of connecting to a server."""

_LONE_SERVER_TIMEOUT: Final = 10.0  # seconds
_EACH_SERVER_TIMEOUT: Final = 3.0  # seconds, if there are several
_FAILOVER: Final = 20.0  # seconds, after which a standby should have been promoted
_PAUSE: Final = 0.5  # seconds between attempts
# Errors of a server that is starting or stopping: another attempt may succeed.
_PASSING: Final = (
    OSError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
)


class Target(NamedTuple):
    """Which servers a connection is for."""

    standby: bool | None  # None for either
    strict: bool  # whether to fail if there is no such server


class Server(Enum):
    """Which server a caller wants. If there is only a primary, every caller gets that."""

    PRIMARY = Target(standby=False, strict=True)  # for writing; waits until a standby is promoted
    PRIMARY_FIRST = Target(standby=False, strict=False)  # for reading what was just written, if possible
    STANDBY_FIRST = Target(standby=True, strict=False)  # for reading


# The names that libpq has for them. They apply to readers; a writer always needs the primary.
_ATTRIBUTES: Final = {
    "any": Target(standby=None, strict=False),
    "primary": Server.PRIMARY.value,
    "read-write": Server.PRIMARY.value,
    "standby": Target(standby=True, strict=True),
    "read-only": Target(standby=True, strict=True),
    "prefer-standby": Server.STANDBY_FIRST.value,
}


class NoSuchServerError(Exception):
    """Servers answer, but none of the wanted kind."""

    def __init__(self, target: Target) -> None:
        self.wanted = "standby" if target.standby else "primary"
        super().__init__(f"no server is a {self.wanted}")


def _target(dsn: str, server: Server) -> Target:
    wanted = parse_qs(urlsplit(dsn).query).get("target_session_attrs", [""])[-1]
    if wanted and wanted not in _ATTRIBUTES:
        raise DatabaseUnavailableError(
            f"FINDER_DATABASE_URL cannot be used: its target_session_attrs must be one of {', '.join(_ATTRIBUTES)}."
        )
    return server.value if server is Server.PRIMARY or not wanted else _ATTRIBUTES[wanted]


async def connect(
    dsn: str, server: Server, prepare: Callable[[Connection], Awaitable[None]], timeout_seconds: float | None = None
) -> Connection:
    """A prepared connection to the first suitable server of an address.

    Raises the most specific error of the servers, NoSuchServerError if all are of the wrong kind, and ValueError if
    the address is invalid. With several servers, a writer waits because a standby may be about to be promoted.
    """
    hosts, target = hosts_of(dsn), _target(dsn, server)
    each = timeout_seconds or (_EACH_SERVER_TIMEOUT if len(hosts) > 1 else _LONE_SERVER_TIMEOUT)
    waits = server is Server.PRIMARY and len(hosts) > 1
    deadline = asyncio.get_running_loop().time() + (_FAILOVER if waits else 0.0)
    while True:
        try:
            return await _connect_to_first_suitable(dsn, hosts, target, prepare, each)
        except asyncpg.ClientConfigurationError:
            raise
        except (NoSuchServerError, *_PASSING):
            if asyncio.get_running_loop().time() + _PAUSE > deadline:
                raise
        await asyncio.sleep(_PAUSE)


async def _connect_to_first_suitable(
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
    raise _most_specific(errors)


async def _reach(
    dsn: str, host: Host, seconds: float, prepare: Callable[[Connection], Awaitable[None]]
) -> tuple[Connection, bool]:
    """A connection that has answered a first query, and whether its server is a standby."""
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


def _most_specific(errors: list[Exception]) -> Exception:
    """A refusal comes before a server of the wrong kind, and that before a server that cannot be reached."""
    return min(errors, key=lambda error: (isinstance(error, _PASSING), isinstance(error, NoSuchServerError)))
