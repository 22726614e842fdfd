"""Long lists a page at a time. A cursor is the key of the last item seen: a publication in between loses nothing."""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeVar
from urllib.parse import urlencode

from aiohttp import web

from finder.api.negotiation import short_text, whole_number

PARAMETERS: Final = ("cursor", "limit")
LIMITS: Final = (1, 500)
USUAL_LIMIT: Final = 100
LONGEST_SEARCH: Final = 100
LONGEST_CURSOR: Final = 200

Item = TypeVar("Item")


class Wanted(NamedTuple):
    """Which part of a list: items that match the words, after a key, so many."""

    search: str
    after: str
    limit: int


def wanted(request: web.Request) -> Wanted:
    """What a request for a list asks for; raises RequestRefusedError."""
    return Wanted(
        short_text(request, "q", LONGEST_SEARCH),
        short_text(request, "cursor", LONGEST_CURSOR),
        whole_number(request, "limit", LIMITS, USUAL_LIMIT),
    )


def matches(search: str, *texts: str) -> bool:
    """Whether each word of a search occurs somewhere in the texts."""
    everything = " ".join(texts).casefold()
    return all(word in everything for word in search.casefold().split())


def cut(found: Iterable[Item], key: Callable[[Item], str], part: Wanted, path: str) -> tuple[list[Item], str | None]:
    """The wanted part of items, which are put in the order of their keys, and the address of the next part."""
    ahead = sorted((item for item in found if key(item) > part.after), key=key)
    items = ahead[: part.limit]
    if len(ahead) == len(items):
        return items, None
    query = {"cursor": key(items[-1]), "limit": part.limit} | ({"q": part.search} if part.search else {})
    return items, f"{path}?{urlencode(query)}"
