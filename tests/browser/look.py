"""What a browser sees of a page in one state, at both widths and in every mode; two states at a time."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import axe_playwright_python
from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, Response

from tests.browser.focus import HIDDEN_STOPS
from tests.browser.states import STATES, State

_AXE: Final = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RULES_OF_COLOURS: Final = ["color-contrast", "link-in-text-block"]
_TABS: Final = 2
_HEIGHT: Final = 800
_LOW: Final = 256
_TEXT: Final = 16
_FOCUSING: Final = ((700, _TEXT), (_LOW, _TEXT), (700, 9), (700, 32))
"""Heights of the window, and sizes of text that a reader may set, with which everything gets the focus once."""
_FRAMES: Final = (STATES["start"], STATES["team"], STATES["areas"])
"""A short page and two long ones, on which header and footer are tried too."""

WIDTHS: Final = (320, 1280)
MODES: Final[dict[str, dict[str, Any]]] = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced colours": {"color_scheme": "dark", "forced_colors": "active"},
}

_RUN_AXE: Final = """async (options) => {
  const found = await axe.run(document, options);
  const short = (rules) => Object.fromEntries(
    rules.map((rule) => [rule.id, rule.nodes.map((node) => node.html.slice(0, 120))]));
  return { violations: short(found.violations), incomplete: short(found.incomplete) };
}"""
_SPACING: Final = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
_NO_SPACING: Final = "() => { document.adoptedStyleSheets = []; }"
_SIDEWAYS: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_SMALL_TARGETS: Final = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), summary")]
  .filter((target) => target.checkVisibility() && !target.classList.contains("skip"))
  .map((target) => [target.outerHTML.slice(0, 80), target.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([text, box]) => `${text} ${box.width} x ${box.height}`)"""
_SUBMIT: Final = """([action, fields, kind]) => {
  const form = Object.assign(document.createElement("form"), { method: "post", action, enctype: kind });
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
}"""


class View(NamedTuple):
    """One width: what axe found in each mode, targets under 24 pixels, pixels to scroll sideways, plain and spaced.

    A mode changes colours only. So all of axe's rules are tried in the first mode, those of colours in the others.
    `hidden_stops` has what is not seen when it has the focus.
    """

    axe: dict[str, dict[str, dict[str, list[str]]]]
    small_targets: list[str]
    sideways: tuple[int, int]
    hidden_stops: list[str]


class Look(NamedTuple):
    """A page in one state; `elsewhere` has requests to other origins, `complaints` what the browser's console said."""

    status: int
    html: str
    views: dict[int, View]
    elsewhere: list[str]
    complaints: list[str]
    cookies: list[Any]


class Looks:
    """Looks at states in one browser. It starts the next look already while the test of the previous one runs."""

    def __init__(self, context: BrowserContext, sites: dict[str, str]) -> None:
        self._context = context
        self._sites = sites
        self._free = asyncio.Semaphore(_TABS)
        self._tabs: list[Page] = []
        self._begun: dict[str, asyncio.Task[Look]] = {}
        self._next = dict(pairwise(STATES))

    async def of(self, name: str) -> Look:
        """What is seen of a state."""
        look = self._start(name)
        if name in self._next:
            self._start(self._next[name])
        return await look

    async def close(self) -> None:
        """Cancel looks that were started and not waited for."""
        for look in self._begun.values():
            look.cancel()
        await asyncio.gather(*self._begun.values(), return_exceptions=True)

    def _start(self, name: str) -> asyncio.Task[Look]:
        if name not in self._begun:
            self._begun[name] = asyncio.create_task(self._look(STATES[name]))
        return self._begun[name]

    async def _look(self, state: State) -> Look:
        async with self._free:
            tab = self._tabs.pop() if self._tabs else await self._context.new_page()
            with _watched(tab, self._sites[state.site]) as (elsewhere, complaints):
                response = await _meet(tab, self._sites[state.site], state)
                html = await response.text()
                await tab.evaluate(_AXE)
                frame = state in _FRAMES
                views = {width: await _view(tab, width, frame=frame) for width in WIDTHS}
            self._tabs.append(tab)
            return Look(response.status, html, views, elsewhere, complaints, await self._context.cookies())


@contextmanager
def _watched(tab: Page, origin: str) -> Iterator[tuple[list[str], list[str]]]:
    """Keep what a browser does that no page may make it do."""
    elsewhere: list[str] = []
    complaints: list[str] = []

    def look(request: Request) -> None:
        if not request.url.startswith(origin):
            elsewhere.append(request.url)

    def hear(message: ConsoleMessage) -> None:
        # A page that comes with an error status is itself reported as a resource that failed to load.
        if "the server responded with a status of" not in message.text:
            complaints.append(message.text)

    tab.on("request", look)
    tab.on("console", hear)
    yield elsewhere, complaints
    tab.remove_listener("request", look)
    tab.remove_listener("console", hear)


async def _meet(tab: Page, origin: str, state: State) -> Response:
    response = await (tab.goto(origin + state.path) if state.form is None else _send(tab, origin, state))
    assert response is not None
    return response


async def _send(tab: Page, origin: str, state: State) -> Response | None:
    """Submit a form from the start page, as if it stood there."""
    await tab.goto(f"{origin}/")
    async with tab.expect_navigation() as navigation:
        await tab.evaluate(_SUBMIT, [state.path, state.form, state.kind])
    return await navigation.value


async def _view(tab: Page, width: int, *, frame: bool) -> View:
    await tab.set_viewport_size({"width": width, "height": _HEIGHT})
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for mode, media in MODES.items():
        await tab.emulate_media(**media)
        rules = {"type": "rule", "values": _RULES_OF_COLOURS} if found else {"type": "tag", "values": _RULES}
        found[mode] = await tab.evaluate(_RUN_AXE, {"runOnly": rules, "resultTypes": ["violations", "incomplete"]})
    small_targets = await tab.evaluate(_SMALL_TARGETS)
    sideways = await tab.evaluate(_SIDEWAYS)
    await tab.evaluate(_SPACING)
    spaced = await tab.evaluate(_SIDEWAYS)
    await tab.evaluate(_NO_SPACING)
    return View(found, small_targets, (sideways, spaced), await _hidden_stops(tab, width, frame=frame))


async def _hidden_stops(tab: Page, width: int, *, frame: bool) -> list[str]:
    session = await tab.context.new_cdp_session(tab)
    found = []
    for height, text in _FOCUSING:
        await tab.set_viewport_size({"width": width, "height": height})
        await session.send("Page.setFontSizes", {"fontSizes": {"standard": text}})
        found += [f"{height} high, text of {text}: {stop}" for stop in await tab.evaluate(HIDDEN_STOPS, frame)]
    await session.send("Page.setFontSizes", {"fontSizes": {"standard": _TEXT}})
    await session.detach()
    return found
