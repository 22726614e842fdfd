"""The website: the start page, a team's page, and a page for everything that can go wrong."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Final

import pytest

from finder.domain.directory import Directory
from finder.domain.surgery import Change, Status, Surgery, Venue
from finder.server.app import build_app
from finder.settings import Settings
from finder.storage.connections import connected
from tests.conftest import AioHttpClient, Client
from tests.support.stored_releases import publish_directory

_NUMBERS: Final = ("999", "101", "18000", "18001 101", "0800 555 111", "999bsl.co.uk")
_FORM: Final = "application/x-www-form-urlencoded"
_ATTACK: Final = "\"'><script>alert(1)</script>&{{7*7}}"


class Elements(HTMLParser):
    """Every start tag of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


async def find(client: Client, typed: str) -> tuple[int, str, str]:
    """Submits a form. Returns status, Location and page."""
    async with client.post("/find", data={"postcode": typed}, allow_redirects=False) as response:
        return response.status, response.headers.get("Location", ""), await response.text()


def a_team_s_page_tested(now: datetime) -> Callable[[Directory], Directory]:
    """A directory in which Ladywood's surgeries are one confirmed, one cancelled, one moved and one online."""
    first = (now + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    hour = timedelta(hours=1)
    venue = Venue("The Hall", "1 Example Street", "B2 4QA")
    weekly = Surgery("weekly", "ladywood", "Weekly talk", first, first + hour, "FREQ=WEEKLY", venue, "")
    online = Surgery(
        "online", "ladywood", "Talk online", first + 3 * hour, first + 4 * hour, "", None, "https://example.org/meet"
    )
    elsewhere = Venue("The Church", "2 Example Street", "B2 4QB")
    cancelled = Change("weekly", first + timedelta(weeks=1), Status.CANCELLED, reason="Snow is forecast.")
    moved_to = first + timedelta(weeks=2, hours=2)
    moved = Change(
        "weekly", first + timedelta(weeks=2), Status.MOVED, moved_to, None, elsewhere, reason="The hall is let."
    )

    def change(directory: Directory) -> Directory:
        return replace(directory, surgeries=(weekly, online), changes=(cancelled, moved))

    return change


@pytest.mark.asyncio(loop_scope="session")
async def test_the_start_page_asks_one_question_with_a_label_and_sends_it_by_post(service: Client) -> None:
    async with service.get("/") as response:
        page = Elements(await response.text())

    form = page.of("form")[0]
    fields = [field for field in page.of("input") if field.get("type") != "hidden"]
    assert response.status == 200
    assert (form["action"], form["method"]) == ("/find", "post")
    assert len(fields) == 1
    assert fields[0]["autocomplete"] == "postal-code"
    assert fields[0]["id"] in {label["for"] for label in page.of("label")}


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("path", ["/", "/teams/ladywood", "/choose?teams=ladywood,abbey", "/none/such"])
async def test_a_page_says_its_language_has_one_heading_and_loads_nothing_from_elsewhere(
    service: Client, path: str
) -> None:
    async with service.get(path) as response:
        page = Elements(await response.text())

    loaded = [e.get("src") or e.get("href") or "" for tag in ("script", "link", "img", "iframe") for e in page.of(tag)]
    assert page.of("html")[0]["lang"] == "en-GB"
    assert len(page.of("h1")) == 1
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)
    assert all(script.get("src") for script in page.of("script"))


@pytest.mark.asyncio(loop_scope="session")
async def test_the_page_of_a_found_team_has_no_postcode_in_its_address(service: Client) -> None:
    status, location, _ = await find(service, "B2 4QA")

    assert (status, location) == (303, "/teams/ladywood")


@pytest.mark.asyncio(loop_scope="session")
async def test_the_redirect_is_not_cached(service: Client) -> None:
    async with service.post("/find", data={"postcode": "B2 4QA"}, allow_redirects=False) as response:
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.asyncio(loop_scope="session")
async def test_website_and_api_name_the_same_team(service: Client) -> None:
    async with service.get("/api/v1/postcodes/B11AY") as response:
        team = (await response.json())["team"]

    _, location, _ = await find(service, "B1 1AY")

    assert location == f"/teams/{team['id']}"


@pytest.mark.asyncio(loop_scope="session")
async def test_near_a_boundary_the_page_offers_both_teams(service: Client) -> None:
    status, location, _ = await find(service, "B11 4AD")

    async with service.get(location) as response:
        page = await response.text()
    assert status == 303
    assert location == "/choose?teams=hall-green-north,sparkbrook-balsall-heath-east"
    assert response.status == 200
    assert {"/teams/hall-green-north", "/teams/sparkbrook-balsall-heath-east"} <= {
        link["href"] for link in Elements(page).of("a")
    }
    assert "edge of two teams" in page


@pytest.mark.asyncio(loop_scope="session")
async def test_the_choice_between_teams_mentions_no_postcode(service: Client) -> None:
    async with service.get("/choose?teams=ladywood,nechells,newtown") as response:
        page = await response.text()

    said = page[page.index("<main") : page.index("</main>")] + page[page.index("<title>") : page.index("</title>")]
    assert said.count("This place is close to the edge of three teams") == 2
    assert "Your postcode" not in said


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("ladywood,nechells,newtown,aston", ["ladywood", "nechells", "newtown"]),
        ("ladywood,abbey", ["ladywood"]),
        ("ladywood,abbey,nechells", ["ladywood", "nechells"]),
        ("nechells,none,nechells,ladywood", ["nechells", "ladywood"]),
        ("ladywood," * 3_000, ["ladywood"]),
    ],
    ids=range(5),
)
@pytest.mark.asyncio(loop_scope="session")
async def test_at_most_three_teams_that_adjoin_are_offered(service: Client, asked: str, offered: list[str]) -> None:
    async with service.get("/choose", params={"teams": asked}) as response:
        page = await response.text()

    assert re.findall(r'<h2><a href="/teams/([^"]+)">', page) == offered


@pytest.mark.asyncio(loop_scope="session")
async def test_a_nearby_team_with_two_wards_is_offered_once(service: Client) -> None:
    _, location, _ = await find(service, "B42 1TP")

    assert location == "/choose?teams=perry-barr,great-barr-with-yew-tree"


@pytest.mark.asyncio(loop_scope="session")
async def test_for_a_malformed_postcode_the_form_is_shown_again_with_the_text(service: Client) -> None:
    status, _, page = await find(service, "B2 4Q0")

    field = Elements(page).of("input")[0]
    assert status == 422
    assert field["value"] == "B2 4Q0"
    assert field["aria-invalid"] == "true"
    assert "<title>Error: " in page


@pytest.mark.asyncio(loop_scope="session")
async def test_typed_markup_is_shown_as_text(service: Client) -> None:
    status, _, page = await find(service, _ATTACK)

    elements = Elements(page)
    assert status == 422
    assert [script for script in elements.of("script") if not script.get("src")] == []
    assert elements.of("input")[0]["value"] == _ATTACK


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("B99 9ZZ", "We do not know this postcode"),
        ("B97 4AB", "West Mercia Police"),
        ("EH1 1YZ", "Police Scotland"),
        ("BT1 1AA", "Police Service of Northern Ireland"),
    ],
)
async def test_a_postcode_without_a_team_gets_a_page_that_says_why(service: Client, typed: str, says: str) -> None:
    status, _, page = await find(service, typed)

    assert status == 404
    assert says in page
    assert typed not in page
    assert "<h1>" in page


@pytest.mark.asyncio(loop_scope="session")
async def test_another_force_is_linked(service: Client) -> None:
    _, _, page = await find(service, "B97 4AB")

    assert "https://www.westmercia.police.uk" in {link["href"] for link in Elements(page).of("a")}


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/teams/ladywood", 200),
        ("GET", "/choose?teams=ladywood,abbey", 200),
        ("GET", "/problems/outside_coverage", 200),
        ("GET", "/none/such", 404),
        ("GET", "/teams/none-such", 404),
        ("GET", "/choose?teams=none", 404),
        ("GET", "/find", 405),
        ("DELETE", "/", 405),
        ("POST", "/find", 415),
    ],
)
async def test_every_page_has_the_emergency_numbers(service: Client, method: str, path: str, status: int) -> None:
    async with service.request(method, path) as response:
        page = await response.text()

    assert response.status == status
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert [number for number in _NUMBERS if number not in page] == []


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("typed", ["HELLO", "B99 9ZZ", "EH1 1YZ"])
async def test_every_answer_to_the_form_has_the_emergency_numbers(service: Client, typed: str) -> None:
    _, _, page = await find(service, typed)

    assert [number for number in _NUMBERS if number not in page] == []


@pytest.mark.asyncio(loop_scope="session")
async def test_a_form_over_64_kilobytes_is_refused_with_a_page(service: Client) -> None:
    body = b"postcode=" + b"A" * 65_536

    async with service.post("/find", data=body, headers={"Content-Type": _FORM}) as response:
        page = await response.text()

    assert response.status == 413
    assert [number for number in _NUMBERS if number not in page] == []


@pytest.mark.asyncio(loop_scope="session")
async def test_a_form_without_content_length_is_limited_too(service: Client) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"postcode="
        for _ in range(100):
            yield b"A" * 1024

    async with service.post("/find", data=pieces(), headers={"Content-Type": _FORM}) as response:
        assert response.status == 413


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/json", "text/plain", ""])
async def test_other_content_types_are_refused_with_a_page(service: Client, kind: str) -> None:
    async with service.post("/find", data=b"postcode=B24QA", headers={"Content-Type": kind}) as response:
        page = await response.text()

    assert response.status == 415
    assert [number for number in _NUMBERS if number not in page] == []


@pytest.mark.asyncio(loop_scope="session")
async def test_the_form_may_name_its_character_set(service: Client) -> None:
    headers = {"Content-Type": f"{_FORM}; charset=UTF-8"}

    async with service.post("/find", data=b"postcode=B24QA", headers=headers, allow_redirects=False) as response:
        assert response.status == 303


@pytest.mark.asyncio(loop_scope="session")
async def test_a_team_s_page_says_which_releases_it_came_from(service: Client) -> None:
    async with service.get("/teams/ladywood") as response:
        page = await response.text()

    assert "publication 1" in page
    for release in ("postcodes-1", "wards-2", "directory-7"):
        assert release in page


@pytest.mark.asyncio(loop_scope="session")
async def test_a_team_s_page_has_the_content_of_the_answer(service: Client) -> None:
    async with service.get("/api/v1/postcodes/B24QA") as response:
        team = (await response.json())["team"]

    async with service.get("/teams/ladywood") as response:
        page = await response.text()

    expected = [officer["name"] for officer in team["officers"]] + [team["name"], team["contact"]["email"]]
    assert [each for each in expected if each not in page] == []
    assert page.count('<section class="surgery') == len(team["surgeries"])


@pytest.mark.asyncio(loop_scope="session")
async def test_the_stylesheet_is_served(service: Client) -> None:
    async with service.get("/static/finder.css") as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/css")
        assert "immutable" not in response.headers["Cache-Control"]


async def test_cancelled_moved_and_online_surgeries_are_marked_on_the_page_as_in_the_answer(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    now = datetime.now().replace(hour=12)  # noqa: DTZ005 - wall-clock by definition
    async with connected(shipped_database) as connection:
        await publish_directory(connection, a_team_s_page_tested(now))
    client = await aiohttp_client(build_app(make_settings(), shipped_database))

    async with client.get("/teams/ladywood") as response:
        page = await response.text()
    async with client.get("/api/v1/postcodes/B24QA") as response:
        surgeries = (await response.json())["team"]["surgeries"]

    by_status = {each["status"]: each for each in surgeries[1:4]}
    assert [each["status"] for each in surgeries[:4]] == ["confirmed", "confirmed", "cancelled", "moved"]
    assert surgeries[1]["venue"] is None
    assert surgeries[1]["online_url"] == "https://example.org/meet"
    assert by_status["cancelled"]["reason"] == "Snow is forecast."
    assert by_status["moved"]["venue"]["name"] == "The Church"
    assert by_status["moved"]["id"].endswith(by_status["moved"]["moved_from"][:16].replace("-", "").replace(":", ""))
    for text in ("Cancelled.", "Snow is forecast.", "Moved", "The Church", "https://example.org/meet"):
        assert text in page


async def test_the_next_surgery_is_the_first_that_takes_place(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    now = datetime.now().replace(hour=12)  # noqa: DTZ005 - wall-clock by definition

    def first_cancelled(directory: Directory) -> Directory:
        changed = a_team_s_page_tested(now)(directory)
        weekly, online = changed.surgeries
        first = Change("weekly", weekly.starts_at, Status.CANCELLED, reason="Fog.")
        return replace(changed, surgeries=(weekly, online), changes=(*changed.changes, first))

    async with connected(shipped_database) as connection:
        await publish_directory(connection, first_cancelled)
    client = await aiohttp_client(build_app(make_settings(), shipped_database))

    for path in ("/teams/ladywood", "/teams/ladywood/surgeries"):
        async with client.get(path) as response:
            first, second, *others = (await response.text()).split('<section class="surgery')[1:]
        assert "Cancelled." in first
        assert "Next<" in second
        assert "Talk online" in second
        assert not any("Next<" in each for each in (first, *others))


async def test_a_cancelled_surgery_is_marked_in_a_calendar_and_not_added(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    now = datetime.now().replace(hour=12)  # noqa: DTZ005 - wall-clock by definition
    async with connected(shipped_database) as connection:
        await publish_directory(connection, a_team_s_page_tested(now))
    client = await aiohttp_client(build_app(make_settings(), shipped_database))

    async with client.get("/teams/ladywood/surgeries") as response:
        sections = (await response.text()).split('<section class="surgery ')[1:]

    for section in sections:
        assert ("Mark as cancelled in my calendar" in section) == section.startswith("cancelled")
        assert ("Add to my calendar" in section) != section.startswith("cancelled")


async def test_the_dates_say_how_to_get_in_or_whom_to_ask_if_it_is_not_known(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    now = datetime.now().replace(hour=12)  # noqa: DTZ005 - wall-clock by definition

    def noted(directory: Directory) -> Directory:
        changed = a_team_s_page_tested(now)(directory)
        weekly, online = changed.surgeries
        hall = Venue("The Hall", "1 Example Street", "B2 4QA", "Step-free <by> the side door.")
        return replace(changed, surgeries=(replace(weekly, venue=hall), online))

    async with connected(shipped_database) as connection:
        await publish_directory(connection, noted)
    client = await aiohttp_client(build_app(make_settings(), shipped_database))

    async with client.get("/teams/ladywood/surgeries") as response:
        dates = await response.text()
    async with client.get("/teams/ladywood") as response:
        next_date, *later = (await response.text()).split('<section class="surgery ')[1:]
    note = '<p class="access">Access: Step-free &lt;by&gt; the side door.</p>'
    confirmed, online, cancelled, moved, *others = dates.split('<section class="surgery ')[1:]
    assert [note in each for each in (confirmed, online, cancelled, moved)] == [True, False, False, False]
    assert all(note in each for each in others)
    assert "If you need a step-free way in" in dates
    assert [note in each for each in (next_date, *later)] == [True, False, False, False, True]


async def test_a_ward_without_a_team_gets_a_page_that_names_the_ward(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    def uncovered(directory: Directory) -> Directory:
        return replace(directory, coverage=tuple(c for c in directory.coverage if c.gss_code != "E05011151"))

    async with connected(shipped_database) as connection:
        await publish_directory(connection, uncovered)
    client = await aiohttp_client(build_app(make_settings(), shipped_database))

    status, _, page = await find(client, "B2 4QA")

    assert status == 404
    assert "Ladywood" in page
    assert [number for number in _NUMBERS if number not in page] == []


async def test_without_a_publication_the_form_still_works_and_says_that_there_is_no_data_yet(
    empty_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    client = await aiohttp_client(build_app(make_settings(), empty_database))

    async with client.get("/") as start:
        assert start.status == 200
    status, _, page = await find(client, "B2 4QA")

    assert status == 503
    assert [number for number in _NUMBERS if number not in page] == []


async def test_an_internal_error_gets_a_page_with_the_numbers_and_without_details(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    def moved(directory: Directory) -> Directory:
        first = next(each for each in directory.surgeries if each.id == "ladywood-library")
        change = Change(first.id, first.starts_at, Status.MOVED, first.starts_at + timedelta(days=1))
        return replace(directory, changes=(*directory.changes, change))

    async with connected(shipped_database) as connection:
        await publish_directory(connection, moved)
        # No load accepts this: a surgery moved to the last possible date, at which date arithmetic fails.
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(
            "UPDATE surgery_change SET starts_at = 'infinity' "
            "FROM surgery WHERE surgery.id = 'ladywood-library' AND surgery.release = surgery_change.release "
            "AND surgery_change.surgery = surgery.id AND surgery_change.occurrence = surgery.starts_at"
        )
    client = await aiohttp_client(build_app(make_settings(), shipped_database))

    async with client.get("/teams/ladywood") as response, client.get("/api/v1/postcodes/B24QA") as answer:
        page = await response.text()
        problem = await answer.json(content_type="application/problem+json")

    assert (response.status, answer.status) == (500, 500)
    assert [number for number in _NUMBERS if number not in page] == []
    assert problem["code"] == "internal_error"
    assert "Overflow" not in page + str(problem)
