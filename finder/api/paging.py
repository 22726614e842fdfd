"""Pages of long lists. The cursor is the key of the last item sent, so a new publication skips no item."""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeVar
from urllib.parse import urlencode

from aiohttp import web

from finder.api.query_parameters import parse_text, parse_whole_number

PARAMETERS: Final = ("cursor", "limit")
LIMITS: Final = (1, 500)
DEFAULT_LIMIT: Final = 100
MAX_SEARCH_LENGTH: Final = 100
MAX_CURSOR_LENGTH: Final = 200

Item = TypeVar("Item")


class PageRequest(NamedTuple):
    """The page that a request wants: at most `limit` items that match `search` and have keys after `after`."""

    path: str
    search: str
    after: str
    limit: int


def parse_page_request(request: web.Request, root: str) -> PageRequest:
    """Reads the parameters of a list below `root`; raises RequestRefusedError."""
    return PageRequest(
        f"{root}{request.path}",
        parse_text(request, "q", MAX_SEARCH_LENGTH),
        parse_text(request, "cursor", MAX_CURSOR_LENGTH),
        parse_whole_number(request, "limit", LIMITS, DEFAULT_LIMIT),
    )


def matches(search: str, *texts: str) -> bool:
    """Whether each word of a search occurs in any of the texts."""
    everything = " ".join(texts).casefold()
    return all(word in everything for word in search.casefold().split())


def take_page(found: Iterable[Item], key: Callable[[Item], str], wanted: PageRequest) -> tuple[list[Item], str | None]:
    """Returns the items of the page, in the order of their keys, and the address of the next page, None on the last."""
    following = sorted((item for item in found if key(item) > wanted.after), key=key)
    items = following[: wanted.limit]
    if len(following) == len(items):
        return items, None
    query = {"cursor": key(items[-1]), "limit": wanted.limit} | ({"q": wanted.search} if wanted.search else {})
    return items, f"{wanted.path}?{urlencode(query)}"
