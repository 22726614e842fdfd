"""The documentation: for programs at `/openapi.json`, for people at `/docs`."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import msgspec
from aiohttp import web

from finder.api.examples import Recorded, Request, below
from finder.api.openapi import POLICY, document, examples_of, problems_of
from finder.api.operation import Operation
from finder.api.operation_table import DOCUMENTED
from finder.api.query_parameters import check_request
from finder.http.etags import CachedBody, respond
from finder.http.problem_statuses import KINDS, ProblemKind
from finder.settings import Settings

_RECIPES: Final = {"JavaScript": "find_team.js", "Swift": "find_team.swift", "Kotlin": "find_team.kt"}
_FOLDER: Final = Path(__file__).parent / "recipes"


class RenderPage(Protocol):
    """Renders a template of the website."""

    async def __call__(
        self, request: web.Request, template: str, build: Callable[[], dict[str, Any]]
    ) -> web.StreamResponse:
        """Renders a page that changes only with the live data; `build` makes the context of the template."""


class Example(NamedTuple):
    """A request and its answer, for people to read."""

    request: Request
    answer: Recorded
    root: str

    @property
    def text(self) -> str:
        """The body, JSON indented."""
        body = below(self.root, self.answer.body)
        return body if isinstance(body, str) else msgspec.json.format(msgspec.json.encode(body)).decode()


class Described(NamedTuple):
    """An operation with its examples and its problems."""

    operation: Operation
    examples: list[Example]
    problems: list[ProblemKind]


class Docs:
    """Handlers."""

    def __init__(self, render: RenderPage, settings: Settings) -> None:
        self._render = render
        self._settings = settings
        self._document: CachedBody | None = None

    async def openapi(self, request: web.Request) -> web.StreamResponse:
        """`GET /openapi.json`."""
        check_request(request)
        if self._document is None:
            self._document = await asyncio.to_thread(self._encode)
        return await respond(request, self._document)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """`GET /docs`: rendered once a snapshot, because its footer names the live data."""
        return await self._render(request, "docs.html", lambda: self._contents)

    @cached_property
    def _contents(self) -> dict[str, Any]:
        root = self._settings.public_path
        described = [
            Described(each, [Example(*pair, root) for pair in examples_of(each.id)], problems_of(each))
            for each in DOCUMENTED
        ]
        recipes = {name: (_FOLDER / file).read_text(encoding="utf-8") for name, file in _RECIPES.items()}
        return {"described": described, "recipes": recipes, "kinds": KINDS.values(), "policy": POLICY}

    def _encode(self) -> CachedBody:
        return CachedBody(msgspec.json.encode(document(self._settings.public_url, self._settings.public_path)))
