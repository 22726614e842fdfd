"""Ways through the website: by keyboard alone, without scripts, by location, out of it in a hurry, and on paper."""

import re
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.conftest import Sites
from tests.browser.focus import FOCUS

pytestmark = pytest.mark.asyncio(loop_scope="session")

_ELSEWHERE: Final = "https://www.bbc.co.uk/weather"
_LADYWOOD: Final = {"latitude": 52.477677, "longitude": -1.898007, "accuracy": 20.0}
_MOST_STOPS: Final = 60


@pytest_asyncio.fixture(loop_scope="session", params=[320, 1280])
async def page(chromium: Browser, sites: Sites, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """The start page in a new browser, on a phone and on a desk; the world outside answers with an empty page."""
    context = await chromium.new_context(viewport={"width": request.param, "height": 700}, base_url=sites["shipped"])
    await context.route(f"{_ELSEWHERE}*", _stand_in)
    opened = await context.new_page()
    await opened.goto("/")
    yield opened
    await context.close()


async def _stand_in(route: Route) -> None:
    await route.fulfill(body="<title>Weather</title>", content_type="text/html")


async def tab_to(page: Page, name: str, key: str = "Tab") -> dict[str, Any]:
    """Press Tab until what has the focus has this id or text; every stop on the way must show its focus."""
    for _ in range(_MOST_STOPS):
        await page.keyboard.press(key)
        stop: dict[str, Any] = await page.evaluate(FOCUS)
        assert stop["ring"], f"no visible focus on {stop}"
        assert not stop["hidden"], f"the focus is hidden on {stop}"
        if stop["name"].startswith(name):
            return stop
    raise AssertionError(f"{name} cannot be reached by Tab")


async def test_the_whole_journey_by_keyboard_alone(page: Page) -> None:
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")  # the skip link
    assert await page.evaluate("document.activeElement.id") == "main"
    await tab_to(page, "postcode")
    await page.keyboard.type("hello")
    await page.keyboard.press("Enter")
    await expect(page.locator("#faults")).to_be_focused()
    await tab_to(page, "Enter a full UK postcode")
    await page.keyboard.press("Enter")
    await expect(page.locator("#postcode")).to_be_focused()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("b2 4qa")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/teams/ladywood")
    await tab_to(page, "All dates")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/teams/ladywood/surgeries")
    await tab_to(page, "Add all dates")
    await tab_to(page, "Data sources")


async def test_the_team_page_shows_each_stop_of_the_keyboard(page: Page) -> None:
    await page.goto("/teams/ladywood")

    last = await tab_to(page, "Where it comes from")
    first = await tab_to(page, "Skip to main content", "Shift+Tab")

    assert (last["tag"], first["tag"]) == ("A", "A")


async def test_the_whole_journey_without_scripts(chromium: Browser, sites: Sites) -> None:
    context = await chromium.new_context(java_script_enabled=False, base_url=sites["shipped"])
    page = await context.new_page()
    await page.goto("/")
    await expect(page.get_by_role("button", name="Use my location")).to_have_count(0)

    await page.get_by_label("What is your postcode?").fill("B2 4Q0")
    await page.get_by_role("button", name="Find my team").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page.get_by_label("What is your postcode?")).to_have_value("B2 4Q0")
    await page.get_by_label("What is your postcode?").fill("B11 4AD")
    await page.get_by_role("button", name="Find my team").click()
    await page.get_by_role("link", name="Hall Green North and Sparkhill", exact=True).click()
    await page.get_by_role("link", name="All dates").click()

    await expect(page).to_have_url(re.compile("/teams/hall-green-north/surgeries$"))
    await expect(page.get_by_role("link", name="Leave this site")).to_have_attribute("href", _ELSEWHERE)
    await context.close()


async def test_the_postcode_appears_in_no_address_and_no_title(page: Page) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url + str(request.headers.get("referer"))))

    for typed in ("B2 4QA", "B24Q", "B99 9ZZ", "B97 4AB"):
        await page.goto("/")
        await page.fill("#postcode", typed)
        async with page.expect_navigation():
            await page.press("#postcode", "Enter")
        addresses.append(await page.title())

    assert [each for each in addresses if re.search("b24q|b2.4q|b99|9zz|b97|4ab", each, re.IGNORECASE)] == []


@pytest.mark.parametrize("keys", [("Escape",), ("Shift", "Shift", "Shift")])
async def test_keys_leave_the_site_and_remove_the_page_from_the_history(page: Page, keys: tuple[str, ...]) -> None:
    await page.goto("/teams/ladywood")

    for key in keys:
        await page.keyboard.press(key)

    await page.wait_for_url(_ELSEWHERE)
    await page.go_back()
    assert page.url.endswith("/")
    assert "teams" not in page.url


async def test_the_button_leaves_the_site_and_removes_the_page_from_the_history(page: Page) -> None:
    await page.goto("/teams/ladywood")

    await page.get_by_role("link", name="Leave this site").click()

    await page.wait_for_url(_ELSEWHERE)
    await page.go_back()
    assert "teams" not in page.url


async def test_keys_typed_into_a_field_do_not_leave_the_site(page: Page) -> None:
    await page.focus("#postcode")

    await page.keyboard.press("Escape")
    await page.keyboard.press("Shift")
    await page.keyboard.press("Shift")
    await page.keyboard.type("B")
    await page.keyboard.press("Shift")

    await expect(page.locator("#leave-status")).to_have_text("Press Shift twice more to leave this site.")
    assert "weather" not in page.url


async def test_an_open_dialog_keeps_the_escape_key_to_itself(page: Page) -> None:
    await page.evaluate(
        """() => {
          const dialog = document.body.appendChild(document.createElement("dialog"));
          dialog.addEventListener("close", () => { document.body.dataset.dialog = "closed"; });
          dialog.showModal();
        }"""
    )

    await page.keyboard.press("Escape")

    await expect(page.locator("body")).to_have_attribute("data-dialog", "closed")
    assert "weather" not in page.url


async def test_the_location_is_sent_by_post_and_appears_in_no_address(chromium: Browser, sites: Sites) -> None:
    context = await chromium.new_context(base_url=sites["shipped"], geolocation=_LADYWOOD, permissions=["geolocation"])  # type: ignore[arg-type]  # Playwright's own type for it is private
    page = await context.new_page()
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    await page.goto("/")

    await page.get_by_role("button", name="Use my location").click()

    await page.wait_for_url("**/teams/ladywood")
    assert [each for each in addresses if "52.4" in each or "lat" in each] == []
    await context.close()


async def test_without_permission_for_the_location_the_page_says_what_to_do(page: Page) -> None:
    await page.get_by_role("button", name="Use my location").click()

    await expect(page.locator("#here-status")).to_have_text(
        "We could not get your location. Enter your postcode instead."
    )


@pytest.mark.parametrize(("path", "most"), [("/", 20_000), ("/teams/ladywood", 40_000), ("/teams/abbey", 40_000)])
async def test_the_first_view_is_light(chromium: Browser, sites: Sites, path: str, most: int) -> None:
    context = await chromium.new_context()
    page = await context.new_page()
    network = await context.new_cdp_session(page)
    await network.send("Network.enable")
    sizes: list[int] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))

    await page.goto(sites["shipped"] + path, wait_until="networkidle")

    assert len(sizes) >= 3
    assert sum(sizes) <= most
    await context.close()


@pytest.mark.parametrize(
    "team",
    ["ladywood", "abbey", "cradley-north-wollescote", "druids-heath-monyhull", "kingswinford-north-wall-heath"],
)
async def test_a_team_page_fits_on_one_a4_sheet(chromium: Browser, sites: Sites, team: str) -> None:
    context = await chromium.new_context()
    page = await context.new_page()
    await page.goto(f"{sites['shipped']}/teams/{team}")

    sheets = await page.pdf(prefer_css_page_size=True)

    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) == 1
    await context.close()


async def test_the_fullest_page_with_the_longest_access_note_is_one_sheet(page: Page) -> None:
    await page.goto("/teams/druids-heath-monyhull")
    longest = "Access: " + "A ramp leads to it. " * 15
    await page.locator(".access").evaluate_all(
        "(notes, text) => notes.forEach((n) => { n.textContent = text; })", longest
    )

    sheets = await page.pdf(prefer_css_page_size=True)

    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) == 1


async def test_the_printed_sheet_names_its_sources_and_needs_no_click(page: Page) -> None:
    await page.goto("/teams/ladywood")

    await page.emulate_media(media="print")

    for text in ("Data from publication 1", "wards-2", "We last checked these details", "Contains OS data"):
        await expect(page.get_by_text(text)).to_be_visible()
    for text in ("Where it comes from", "All dates", "Leave this site", "Not your area?"):
        await expect(page.get_by_text(text, exact=False).first).to_be_hidden()


async def test_the_printed_sheet_shows_the_address_to_type_and_the_screen_does_not(
    chromium: Browser, sites: Sites
) -> None:
    context = await chromium.new_context()
    page = await context.new_page()
    await page.goto(f"{sites['named']}/teams/druids-heath-monyhull")
    await expect(page.get_by_text("team.example.org", exact=True)).to_be_hidden()

    await page.emulate_media(media="print")

    await expect(page.get_by_text("team.example.org", exact=True)).to_be_visible()
    assert len(re.findall(rb"/Type\s*/Page\b", await page.pdf(prefer_css_page_size=True))) == 1
    await context.close()
