"""Stylesheet, script and icon: read and compressed once, and served under names that contain a hash."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import brotli
from aiohttp import web

from finder.http.content_encoding import IDENTITY, choose_encoding
from finder.settings import Settings

_FOLDER: Final = Path(__file__).parent / "static"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_BRIEFLY: Final = "public, max-age=60"


@dataclass(frozen=True, slots=True)
class _Asset:
    path: str
    content_type: str
    bodies: dict[str, bytes]  # by content coding, the preferred one first; "identity" last


class StaticFiles:
    """The files of `static/`, by their plain names."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.public_path
        self._assets = {path.name: _asset(path, settings) for path in sorted(_FOLDER.iterdir())}

    def path(self, name: str) -> str:
        """Returns the address at which a file may be cached for ever."""
        return f"{self._root}{self._assets[name].path}"

    async def serve(self, request: web.Request) -> web.Response:
        """`GET /static/{name}`: a file, by its hashed name, its plain name, or with the hash of another version.

        During an upgrade, a cached page names the hash of another version: it gets the present file, cached briefly.
        """
        first, *rest = request.match_info["name"].split(".")
        asset = self._assets.get(f"{first}.{rest[-1]}") if rest else None
        if asset is None:
            raise web.HTTPNotFound
        wanted = choose_encoding(request.headers.get("Accept-Encoding", ""))
        coding = wanted if wanted in asset.bodies else IDENTITY
        headers = {"Vary": "Accept-Encoding", "Cache-Control": _FOR_EVER if request.path == asset.path else _BRIEFLY}
        if coding != IDENTITY:
            headers["Content-Encoding"] = coding
        return web.Response(body=asset.bodies[coding], headers=headers, content_type=asset.content_type)


def _asset(path: Path, settings: Settings) -> _Asset:
    body = path.read_bytes()
    if path.suffix == ".css":
        body = _colours(settings).encode() + body
    digest = hashlib.sha256(body).hexdigest()[:12]
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    bodies = {"br": brotli.compress(body), "gzip": gzip.compress(body, mtime=0), "identity": body}
    return _Asset(f"/static/{path.stem}.{digest}{path.suffix}", content_type, bodies)


def _colours(settings: Settings) -> str:
    """Returns the colours of the settings as custom properties; links and buttons on dark pages use the light one."""
    action = settings.action_colour
    return f":root{{--brand:{settings.brand_colour};--action:{action};--action-light:{_lightened(action)}}}\n"


def _lightened(colour: str) -> str:
    """Mixes a colour like #173a5e with twice as much white, for links on dark backgrounds."""
    return "#" + "".join(f"{(int(colour[start : start + 2], 16) + 2 * 255) // 3:02x}" for start in (1, 3, 5))
