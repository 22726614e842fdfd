"""Starts a measured worker, sends it raw bytes, and says what answering them took."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, NamedTuple

from scripts.harness.finder_commands import ROOT, isolated_environment

_PATIENCE: Final = 60.0  # seconds
_PIECE: Final = 256 * 1024


class Measured(NamedTuple):
    """The longest that the event loop was held, how much memory grew, and how the answer starts."""

    stall_ms: float
    memory_mb: float
    answer: bytes


class MeasuredWorker:
    """A worker in a process of its own."""

    def __init__(self, process: Process, port: int) -> None:
        self._process = process
        self._port = port

    def at(self, port: int) -> "MeasuredWorker":
        """The same worker, asked at another of its ports."""
        return MeasuredWorker(self._process, port)

    async def measure(self, request: bytes) -> Measured:
        """Sends a request, reads its answer to the end, and returns what that took."""
        await self._command("reset")
        async with asyncio.timeout(_PATIENCE):
            answer = await self._exchange(request)
        found = await self._command("read")
        return Measured(found["stall_ms"], found["memory_mb"], answer)

    async def measure_held(self) -> float:
        """Makes the worker hold its own event loop, and returns the stall that it then measures, in milliseconds."""
        await self._command("reset")
        self._say("hold")
        return float((await self._command("read"))["stall_ms"])

    async def _exchange(self, request: bytes) -> bytes:
        start = b""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        sending = asyncio.create_task(_send(writer, request))
        with suppress(ConnectionError):
            while piece := await reader.read(_PIECE):
                start = start or piece[:_PIECE]
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()
        return start

    async def _command(self, command: str) -> Any:
        self._say(command)
        if self._process.stdout is None:
            raise RuntimeError("the worker has no pipe")
        return json.loads(await self._process.stdout.readline())

    def _say(self, command: str) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(f"{command}\n".encode())


async def _send(writer: asyncio.StreamWriter, request: bytes) -> None:
    with suppress(ConnectionError):
        writer.write(request)
        await writer.drain()


@asynccontextmanager
async def measured_worker(dsn: str, **settings: str) -> AsyncIterator[MeasuredWorker]:
    """A new worker that answers, and is stopped in the end."""
    quiet = {"FINDER_LOG_LEVEL": "error", "FINDER_LOG_SAMPLE": "0"}
    own = isolated_environment(dsn, **{"FINDER_PORT": "0", "FINDER_MANAGEMENT_PORT": "0", **quiet, **settings})
    command = (sys.executable, "-m", "tests.support.measured_worker", dsn)
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, cwd=ROOT, env=own)
    try:
        if process.stdout is None:
            raise RuntimeError("the worker has no pipes")
        address = json.loads(await process.stdout.readline())["address"]
        yield MeasuredWorker(process, int(address.rstrip("/").rpartition(":")[2]))
    finally:
        process.terminate()
        if process.stdin:
            process.stdin.close()
        await process.wait()
