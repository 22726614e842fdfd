"""The path of a request as the routes know it: without the path of the public address, and without a last slash."""

import asyncio
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage

from finder.server.app_keys import PUBLIC_PATH
from finder.server.connection_and_time_limits import RequestFactory
from finder.server.copy_parsed_request import copy_message

_MONITORING: Final = ("/healthz", "/readyz", "/metrics")
"""Addresses that proxies keep to themselves, by these names: they have no other spelling."""
_LONGEST_MONITORING: Final = 3 * max(map(len, _MONITORING))  # with every character escaped


class RequestPaths:
    """Shortens the paths of requests, so that it makes no difference whether a proxy or a client did.

    Where one of our own addresses starts with the same word as the public path, only the proxy can tell the two apart:
    it must remove the path. A slash is part of an address like `/api/v1/postcodes/`, whose postcode is missing.
    """

    def __init__(self, app: web.Application) -> None:
        prefix = app.get(PUBLIC_PATH, "")
        addresses = {resource.canonical for resource in app.router.resources()}
        self._prefix = "" if _first_word(prefix) in map(_first_word, addresses) else prefix
        folders = {folder for address in addresses for folder in _folders(address.partition("{")[0])}
        self._slashed = folders - {f"{address}/" for address in addresses}

    def build_request(self, build: RequestFactory) -> RequestFactory:
        """Returns a function that builds requests with the shortened path."""

        def build_shortened(
            message: RawRequestMessage,
            payload: StreamReader,
            connection: web.RequestHandler,
            writer: AbstractStreamWriter,
            task: "asyncio.Task[None]",
        ) -> web.BaseRequest:
            path = message.url.raw_path
            if self._prefix or path[-1:] == "/":
                shortened = self.shorten(path)
                if shortened != path:
                    message = _with_path(message, shortened)
            return build(message, payload, connection, writer, task)

        return build_shortened

    def shorten(self, path: str) -> str:
        """Returns the path without its first and last part, if those are the public path and a slash."""
        shortened = path
        if self._prefix and (path == self._prefix or path.startswith(f"{self._prefix}/")):
            shortened = path[len(self._prefix) :] or "/"
        if shortened.endswith("/") and shortened not in self._slashed:
            shortened = shortened[:-1]
        # Decoding a path of 32 KB of percent signs takes 15 ms.
        is_short = len(shortened) <= _LONGEST_MONITORING
        return path if is_short and unquote(shortened) in _MONITORING else shortened


def _with_path(message: RawRequestMessage, path: str) -> RawRequestMessage:
    url = message.url.with_path(path, encoded=True, keep_query=True)
    return copy_message(message, path=url.raw_path_qs, url=url)


def _folders(path: str) -> Iterator[str]:
    """Yields all beginnings of a path that end with a slash."""
    return (path[: at + 1] for at, character in enumerate(path) if character == "/")


def _first_word(path: str) -> str:
    return path.strip("/").partition("/")[0]
