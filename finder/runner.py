"""aiohttp's runner, but what cannot even be read as a request is answered as carefully as everything else.

Such a request meets no middleware: aiohttp answers it itself, quotes it, and names its own version and Python's.
"""

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from finder.middleware import SECURITY_HEADERS

_BAD_REQUEST = 400
_UNREADABLE = "The request cannot be read. In an emergency call 999; otherwise call 101.\n"


class Runner(web.AppRunner):
    """Runs an application on connections of our own making."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(made.request_handler, request_factory=made.request_factory, **made._kwargs)  # noqa: SLF001


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Connection(RequestHandler):
    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes the request
    ) -> web.StreamResponse:
        # A header that is no text breaks aiohttp's own answer to Expect, before any code of ours: still not our fault.
        status = _BAD_REQUEST if isinstance(exc, UnicodeError) else status
        response = super().handle_error(request, status, exc, _UNREADABLE)
        response.headers.update(SECURITY_HEADERS)
        response.headers["Cache-Control"] = "no-store"
        return response
