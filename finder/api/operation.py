"""One address of the API with its handler and its documentation."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from finder.api.documented_parameters import Parameter
from finder.api.live_answers import LivePresenter
from finder.api.police_uk_handlers import PREFIX as POLICE_UK_PREFIX

Handler = Callable[[LivePresenter, web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address.

    `answers` and `bodies` give a type for each media type, None for text. `problems` are the codes that the operation
    has in addition to those of its group. `follows` names operations that take a parameter from a place in this answer.
    """

    id: str
    path: str
    handler: Handler | None
    summary: str
    description: str
    answers: dict[str, Any]
    parameters: tuple[Parameter, ...] = ()
    problems: tuple[str, ...] = ()
    method: str = "get"
    bodies: dict[str, Any] = field(default_factory=dict)
    follows: dict[str, tuple[str, str]] = field(default_factory=dict)
    is_documented: bool = True

    @property
    def is_police_uk(self) -> bool:
        """Whether it has the shapes of data.police.uk, and refuses in plain text."""
        return self.path.startswith(POLICE_UK_PREFIX)

    @property
    def is_api(self) -> bool:
        """Whether it belongs to our own API, and refuses with problem details."""
        return self.path.startswith("/api/")

    @property
    def route_path(self) -> str:
        """The path with the regular expressions of its parameters, as aiohttp's router takes it."""
        path = self.path
        for each in self.parameters:
            if each.route_pattern:
                path = path.replace(f"{{{each.name}}}", f"{{{each.name}:{each.route_pattern}}}")
        return path
