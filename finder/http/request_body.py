"""Reads the body of a request within the limit of the application, without holding the event loop."""

from aiohttp import web

from finder.http.yield_to_event_loop import LoopTurn


async def read_body(request: web.Request) -> bytes:
    """Returns the body; raises HTTPRequestEntityTooLarge if it is too large for the application.

    aiohttp's own `read` reads whatever has arrived in one go, and a body may arrive in chunks of one byte.
    """
    turn, body = LoopTurn(), bytearray()
    while piece := await request.content.readany():
        body += piece
        if len(body) > request.client_max_size:
            raise web.HTTPRequestEntityTooLarge(request.client_max_size, len(body))
        await turn.end_if_over()
    return bytes(body)
