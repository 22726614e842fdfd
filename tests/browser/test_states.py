"""Every page in every state: accessible, valid, within a phone's width, and asking nobody else."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import axe_playwright_python
import html5lib
import pytest
from playwright.async_api import Browser, BrowserContext, Page, Response

from tests.browser.conftest import Sites

pytestmark = pytest.mark.asyncio(loop_scope="session")

_AXE: Final = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_WIDTHS: Final = (320, 1280)
_MODES: Final[dict[str, dict[str, Any]]] = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced colours": {"color_scheme": "dark", "forced_colors": "active"},
}

_UNDECIDED: Final = {
    (
        "color-contrast",
        "<t",
    ): "Names on the map are text or tspan elements over shapes, whose fills axe does not look up. "
    "They are in the colour of all text, on fills of which the test of the palette knows that they leave 4.5:1.",
}
"""What axe leaves to a person: rule and how the element begins, with what the person decided."""

_SPACING: Final = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
_SIDEWAYS: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_SMALL_TARGETS: Final = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden])")]
  .filter((target) => target.checkVisibility() && !target.classList.contains("skip"))
  .map((target) => [target.outerHTML.slice(0, 80), target.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([text, box]) => `${text} ${box.width} x ${box.height}`)"""


class State(NamedTuple):
    """Where a page is met: which site, which path or what is sent to it, and the status it comes with."""

    path: str
    status: int = 200
    site: str = "shipped"
    form: dict[str, str] | None = None


_STATES: Final = {
    "start": State("/"),
    "malformed": State("/find", 422, form={"postcode": "HELLO <b>&"}),
    "nothing typed": State("/find", 422, form={"postcode": ""}),
    "unknown": State("/find", 404, form={"postcode": "B99 9ZZ"}),
    "outside": State("/find", 404, form={"postcode": "B97 4AB"}),
    "ward without team": State("/find", 404, "gaps", {"postcode": "B2 4QA"}),
    "no location": State("/find/location", 422, form={"lat": "x", "lon": "1"}),
    "too large": State("/find", 413, form={"postcode": "A" * 1_000_000}),
    "choice": State("/choose?teams=hall-green-north,sparkbrook-balsall-heath-east"),
    "choice of three": State("/choose?teams=ladywood,nechells,newtown"),
    "team": State("/teams/ladywood"),
    "team of several wards": State("/teams/abbey"),
    "team of a retired postcode": State("/teams/ladywood?retired=2021-03"),
    "team with nothing listed": State("/teams/abbey", site="gaps"),
    "team unknown": State("/teams/none-such", 404),
    "team replaced": State("/teams/newtown", 410, "gaps"),
    "surgeries": State("/teams/ladywood/surgeries"),
    "surgeries, a later page": State("/teams/ladywood/surgeries?page=2"),
    "no surgeries": State("/teams/abbey/surgeries", site="gaps"),
    "areas": State("/areas"),
    "area": State("/areas/birmingham"),
    "area with a gap": State("/areas/birmingham", site="gaps"),
    "names found": State("/areas", form={"name": "heath"}),
    "no names found": State("/areas", form={"name": "zz"}),
    "cookies": State("/cookies"),
    "privacy": State("/privacy"),
    "accessibility": State("/accessibility"),
    "data": State("/data"),
    "problem": State("/problems/outside_coverage"),
    "not found": State("/none/such", 404),
    "wrong method": State("/find", 405),
    "fault of ours": State("/broken", 500),
    "no data": State("/teams/ladywood", 503, "empty"),
    "start without data": State("/", site="empty"),
    "closed": State("/teams/ladywood", 503, "closed"),
}


class Watch:
    """What a browser did that no page may make it do."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        context.on("request", lambda request: self._look(request.url, origin))
        context.on("console", lambda message: self._hear(message.text))

    def _look(self, url: str, origin: str) -> None:
        if not url.startswith(origin):
            self.elsewhere.append(url)

    def _hear(self, text: str) -> None:
        # A page that comes with an error status is itself reported as a resource that failed to load.
        if "the server responded with a status of" not in text:
            self.complaints.append(text)


@asynccontextmanager
async def opened(
    chromium: Browser, sites: Sites, state: State, width: int
) -> AsyncIterator[tuple[Page, Response, Watch]]:
    """A page in a state, in a browser that has seen nothing yet."""
    origin = sites[state.site]
    context = await chromium.new_context(viewport={"width": width, "height": 800})
    watch = Watch(context, origin)
    page = await context.new_page()
    response = await (page.goto(origin + state.path) if state.form is None else _send(page, origin, state))
    assert response is not None
    yield page, response, watch
    assert await context.cookies() == []
    await context.close()


async def _send(page: Page, origin: str, state: State) -> Response | None:
    """Submit a form from the start page, as if it stood there."""
    await page.goto(f"{origin}/")
    async with page.expect_navigation() as navigation:
        await page.evaluate(
            """([action, fields]) => {
              const form = Object.assign(document.createElement("form"), { method: "post", action });
              for (const [name, value] of Object.entries(fields)) {
                form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
              }
              document.body.append(form);
              form.submit();
            }""",
            [state.path, state.form],
        )
    return await navigation.value


async def run_axe(page: Page) -> dict[str, Any]:
    """What axe finds: rules broken, and rules that it leaves to a person."""
    options = {"runOnly": {"type": "tag", "values": _RULES}, "resultTypes": ["violations", "incomplete"]}
    found: dict[str, Any] = await page.evaluate(
        """async (options) => {
          const found = await axe.run(document, options);
          const short = (rules) => Object.fromEntries(
            rules.map((rule) => [rule.id, rule.nodes.map((node) => node.html.slice(0, 120))]));
          return { violations: short(found.violations), incomplete: short(found.incomplete) };
        }""",
        options,
    )
    return found


def html_faults(text: str) -> list[Any]:
    """What a strict parser of HTML does not like."""
    parser = html5lib.HTMLParser()
    parser.parse(text)
    return list(parser.errors)


@pytest.mark.parametrize("width", _WIDTHS)
@pytest.mark.parametrize("name", _STATES)
async def test_the_page_is_valid_and_accessible_in_every_mode(
    chromium: Browser, sites: Sites, name: str, width: int
) -> None:
    async with opened(chromium, sites, _STATES[name], width) as (page, response, watch):
        faults = html_faults(await response.text())
        await page.evaluate(_AXE)
        found = {}
        for mode, media in _MODES.items():
            await page.emulate_media(**media)
            found[mode] = await run_axe(page)
        small_targets = await page.evaluate(_SMALL_TARGETS)
        sideways = await page.evaluate(_SIDEWAYS)
        await page.evaluate(_SPACING)
        sideways_when_spaced = await page.evaluate(_SIDEWAYS)

    undecided = {
        (rule, node[:2]) for each in found.values() for rule, nodes in each["incomplete"].items() for node in nodes
    }
    assert response.status == _STATES[name].status
    assert faults == []
    assert not any(each["violations"] for each in found.values()), json.dumps(found, indent=1)
    assert undecided <= set(_UNDECIDED), json.dumps(found, indent=1)
    assert small_targets == []
    assert (sideways, sideways_when_spaced) == (0, 0)
    assert (watch.elsewhere, watch.complaints) == ([], [])
