"""The path of the service's public address, which some proxies leave in front of every address that they pass on."""

import asyncio
from typing import Final

import yarl
from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage

from finder.server.app_keys import PUBLIC_PATH
from finder.server.connection_and_time_limits import RequestFactory

_MONITORING: Final = ("/healthz", "/readyz", "/metrics")
"""Addresses that proxies keep to themselves, by these names: they are not below the path."""


class PublicPrefix:
    """Removes the path, so that it makes no difference whether the proxy did.

    Where one of our own addresses starts with the same word, only the proxy can tell the two apart: it must remove it.
    """

    def __init__(self, app: web.Application) -> None:
        prefix = app.get(PUBLIC_PATH, "")
        own = {_first_word(resource.canonical) for resource in app.router.resources()}
        self._prefix = "" if _first_word(prefix) in own else prefix

    def build_request(self, build: RequestFactory) -> RequestFactory:
        """Returns a function that builds requests without the path."""
        if not self._prefix:
            return build

        def build_without_prefix(
            message: RawRequestMessage,
            payload: StreamReader,
            connection: web.RequestHandler,
            writer: AbstractStreamWriter,
            task: "asyncio.Task[None]",
        ) -> web.BaseRequest:
            return build(self._without_prefix(message), payload, connection, writer, task)

        return build_without_prefix

    def _without_prefix(self, message: RawRequestMessage) -> RawRequestMessage:
        path = message.url.raw_path
        if path != self._prefix and not path.startswith(f"{self._prefix}/"):
            return message
        url = message.url.with_path(path[len(self._prefix) :] or "/", encoded=True, keep_query=True)
        if url.path in _MONITORING:
            return message
        return _with_url(message, url)


def _with_url(message: RawRequestMessage, url: yarl.URL) -> RawRequestMessage:
    """Returns a copy of a request for another address."""
    return RawRequestMessage(
        method=message.method,
        path=url.raw_path_qs,
        version=message.version,
        headers=message.headers,
        raw_headers=message.raw_headers,
        should_close=message.should_close,
        compression=message.compression,
        upgrade=message.upgrade,
        chunked=message.chunked,
        url=url,
    )


def _first_word(path: str) -> str:
    return path.strip("/").partition("/")[0]
