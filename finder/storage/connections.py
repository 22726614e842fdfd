"""Opens, prepares and closes connections, and turns faults of PostgreSQL into sentences for the operator."""

import asyncio
import errno
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import asyncpg

from finder.errors import DatabaseUnavailableError, DatabaseUnreachableError
from finder.storage.server_choice import FAULTS, Connection, NoSuchServerError, Server, connect

__all__ = ["Connection", "Server", "connected", "database_faults"]

_CLOSE_TIMEOUT_SECONDS: Final = 2.0
_JSONB_VERSION: Final = b"\x01"
_UNREACHABLE: Final = (
    "PostgreSQL cannot be reached. Check that it runs and that FINDER_DATABASE_URL names its host, port and database"
)


# Faults that may pass: a service waits for that.
_PASSING: Final = (
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.OperatorInterventionError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    NoSuchServerError,
    OSError,
)
# Faults and their sentence for the operator, the most specific first. {error} is the server's own message, which has no
# password in it.
_SENTENCES: Final[tuple[tuple[tuple[type[BaseException], ...], str], ...]] = (
    (
        (asyncpg.InvalidPasswordError,),
        "PostgreSQL refuses the user name or password. Check both in FINDER_DATABASE_URL.",
    ),
    (
        (asyncpg.InvalidAuthorizationSpecificationError,),
        "PostgreSQL refuses this user: {error}. Check FINDER_DATABASE_URL and the server's pg_hba.conf.",
    ),
    (
        (asyncpg.InvalidCatalogNameError,),
        "There is no such database: {error}. Create it (createdb), or mend FINDER_DATABASE_URL.",
    ),
    (
        (asyncpg.InsufficientPrivilegeError,),
        "The database user may not do this: {error}. Grant it the right, or use the owner.",
    ),
    (
        (asyncpg.DiskFullError, asyncpg.ReadOnlySQLTransactionError),
        "PostgreSQL cannot write: {error}. Nothing was changed.",
    ),
    ((asyncpg.TooManyConnectionsError,), "PostgreSQL has no connection to spare: {error}. Raise max_connections."),
    (
        (asyncpg.InsufficientResourcesError, asyncpg.PostgresSystemError, asyncpg.InternalServerError),
        "PostgreSQL has failed: {error}. Nothing was changed. Its log may tell more.",
    ),
    (
        (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError),
        "PostgreSQL has given up: {error}. Try again; if a timeout of its own is too short for this user, raise it.",
    ),
    ((asyncpg.CannotConnectNowError,), "PostgreSQL is not ready: {error}. Try again in a moment."),
    ((asyncpg.OperatorInterventionError,), "PostgreSQL has ended the connection: {error}."),
    ((asyncpg.ClientConfigurationError,), "FINDER_DATABASE_URL cannot be used: {error}."),
    (
        (NoSuchServerError,),
        "PostgreSQL answers, but {error}. FINDER_DATABASE_URL must name it: postgresql://user@host1,host2/finder.",
    ),
    ((TimeoutError,), f"{_UNREACHABLE}: it takes connections, or seems to, and does not answer in time."),
    ((OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError), f"{_UNREACHABLE} ({{error}})."),
)
# Faults of the machine that runs this code, never of a connection.
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT}
_NO_ROOM_HERE: Final = "This machine has no room for what is to be written: {error}. PostgreSQL has no part in it."


@contextmanager
def database_faults() -> Iterator[None]:
    """Turn faults of PostgreSQL into DatabaseUnavailableError; other errors pass.

    Faults that may pass become DatabaseUnreachableError.
    """
    try:
        yield
    except (*FAULTS, NoSuchServerError) as error:
        sentence = next((text for kinds, text in _SENTENCES if isinstance(error, kinds)), None)
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            sentence = _NO_ROOM_HERE
        if sentence is None:
            raise
        passes = isinstance(error, _PASSING) and not isinstance(error, asyncpg.ClientConfigurationError)
        kind = DatabaseUnreachableError if passes else DatabaseUnavailableError
        raise kind(sentence.format(error=_in_short(error))) from error


def _in_short(error: BaseException) -> str:
    """The first line of an error without its full stop; details and hints are on the lines after it."""
    return (str(error).splitlines() or [""])[0].rstrip(".")


@asynccontextmanager
async def connected(
    dsn: str, server: Server = Server.STANDBY_FIRST, *, timeout_seconds: float | None = None
) -> AsyncIterator[Connection]:
    """A connection, by default for reading; raises DatabaseUnavailableError.

    `timeout_seconds` is how long each server has to answer, if not the usual time.
    """
    with database_faults():
        try:
            connection = await connect(dsn, server, _use_json, timeout_seconds)
        except ValueError:  # urllib raises it and quotes the address, which may have a password
            sentence = "FINDER_DATABASE_URL is not an address. Write it like postgresql://user@host:5432/finder."
            raise DatabaseUnavailableError(sentence) from None
        try:
            yield connection
        except TimeoutError:  # closing in the usual way would wait for an answer too
            connection.terminate()
            raise
        finally:
            await _close(connection)


async def _close(connection: Connection) -> None:
    try:
        async with asyncio.timeout(_CLOSE_TIMEOUT_SECONDS):
            await connection.close()
    except FAULTS:
        connection.terminate()


async def _use_json(connection: Connection) -> None:
    """Read and write jsonb as Python values, in the binary format, because COPY accepts no other."""
    await connection.set_type_codec(
        "jsonb",
        encoder=lambda value: _JSONB_VERSION + json.dumps(value).encode(),
        decoder=lambda stored: json.loads(stored.removeprefix(_JSONB_VERSION)),
        schema="pg_catalog",
        format="binary",
    )
