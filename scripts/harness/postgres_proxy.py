"""A TCP proxy in front of PostgreSQL that makes its connections stall or break."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class PostgresProxy:
    """Forwards connections to PostgreSQL. It can cut them, or stop forwarding."""

    def __init__(self, dsn: str) -> None:
        self._socket = str(Path(parse_qs(urlsplit(dsn).query)["host"][0]) / ".s.PGSQL.5432")
        self._name = urlsplit(dsn).path
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._ends: set[asyncio.StreamWriter] = set()
        self.connections_made = 0
        self.open_connections = 0

    @asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator[str]:
        """The address of the database through this proxy."""
        server = await asyncio.start_server(self._carry, "127.0.0.1", port)
        try:
            yield f"postgresql://postgres@127.0.0.1:{server.sockets[0].getsockname()[1]}{self._name}"
        finally:
            self.cut()
            server.close()

    def stall(self) -> None:
        """Accept connections, and forward nothing on old and new ones."""
        self._flowing.clear()

    def resume(self) -> None:
        """Forward again."""
        self._flowing.set()

    def cut(self) -> None:
        """Close every connection, also in the middle of a message."""
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections_made += 1
        self.open_connections += 1
        with suppress(OSError, asyncio.CancelledError):
            await self._flowing.wait()
            there, back = await asyncio.open_unix_connection(self._socket)
            self._ends |= {writer, back}
            await asyncio.gather(self._copy(reader, back), self._copy(there, writer))
        self.open_connections -= 1

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        writer.close()
