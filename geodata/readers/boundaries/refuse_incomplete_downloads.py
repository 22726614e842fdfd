"""Refuses what a server sent in place of the whole data: an error message, a web page, or a part of a longer answer."""

import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from geodata.errors import SourceError

_MAX_WORDS: Final = 300
_MAX_DEPTH: Final = 5
MAX_MESSAGE_BYTES: Final = 100_000
"""A longer text is no message of a server."""
_AGAIN: Final = "Mend the request, or open the address in a browser, and download the file again."
_WHOLE: Final = (
    "Download the whole layer from the portal's page, or fetch the pages one after the other and join them: "
    "ogr2ogr wards.gpkg ADDRESS does both."
)
_QUERY: Final = "Add /query?where=1=1&outFields=*&f=geojson to the address of the layer, and download that."
_KEYS_OF_MESSAGES: Final = frozenset({"code", "detail", "error", "errors", "exceptions", "message", "status"})
# Where ArcGIS, OGC API, GeoServer and RFC 9457 put what they have to say, the most telling first.
_KEYS_OF_WORDS: Final = (
    "message", "title", "detail", "details", "description", "text", "exceptionText", "error", "errors", "exceptions",
)  # fmt: skip
_XML_WORDS: Final = re.compile(
    r"<(?:\w+:)?(ExceptionText|ServiceException|Message|faultstring|Text)\b[^>]*>(.*?)</(?:\w+:)?\1\s*>",
    re.DOTALL | re.IGNORECASE,
)
_EXCEPTION_CODE: Final = re.compile(r"""<(?:\w+:)?Exception\b[^>]*\bexceptionCode=["']([^"']*)""")
_COUNTS: Final = re.compile(rb"""\b(numberMatched|numberReturned)=["'](\d{1,9})["']""")  # of WFS 2
_HTML_WORDS: Final = re.compile(r"<(title|h1|h2)\b[^>]*>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)
_HTML_HIDDEN: Final = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_TAG: Final = re.compile(r"<!\[CDATA\[|\]\]>|<[^>]*>")
_IS_HTML: Final = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


class ServerAnswer(msgspec.Struct):
    """What servers add to the features that they send, or send in their place."""

    error: Any = None
    exceededTransferLimit: Any = None  # noqa: N815 - here and below: the names are those of the servers
    properties: Any = None
    numberMatched: Any = None  # noqa: N815
    totalFeatures: Any = None  # noqa: N815
    links: Any = None


def refuse_error_member(name: str, answer: ServerAnswer) -> None:
    """Raise SourceError, with the server's words, for an answer that says that something went wrong."""
    if answer.error:
        raise _error(name, _words_of({"error": answer.error}))


def refuse_error_document(name: str, content: bytes) -> None:
    """Raise SourceError, with the server's words, for a JSON object that is a message and no data."""
    if len(content) > MAX_MESSAGE_BYTES:
        return
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if not isinstance(document, dict):
        return
    if "currentVersion" in document:
        message = f"{name} is the description of a map service, not its data. {_QUERY}"
        raise SourceError(message)
    if not _KEYS_OF_MESSAGES.isdisjoint(document) and (words := _words_of(document)):
        raise _error(name, words)


def refuse_error_page(name: str, first_bytes: bytes) -> None:
    """Raise SourceError, with the server's words, for a web page or an XML message."""
    text = _decode(first_bytes).lstrip("\ufeff \t\r\n")
    if not text.startswith("<"):
        return
    if _IS_HTML.search(text[:MAX_MESSAGE_BYTES]):
        visible = " ".join(_HTML_HIDDEN.sub(" ", text).split())
        found = [each[1] for each in _HTML_WORDS.findall(text)] or [visible]
        said = _quoted(_clean(" - ".join(dict.fromkeys(map(_clean, found)))))
        raise SourceError(f"{name} is a web page and no file of boundaries{said}. {_AGAIN}")
    found = [each[1] for each in _XML_WORDS.findall(text)] or _EXCEPTION_CODE.findall(text)
    if found:
        raise _error(name, " ".join(found))


def refuse_part_of_gml(name: str, gml: Path) -> None:
    """Raise SourceError if the head of a document of WFS says that the server has more features."""
    with gml.open("rb") as stream:
        head = stream.read(MAX_MESSAGE_BYTES)
    counts = {key: int(value) for key, value in _COUNTS.findall(head)}
    matched, returned = counts.get(b"numberMatched", 0), counts.get(b"numberReturned")
    if returned is not None and matched > returned:
        raise _part(name, f"the server has {matched:,} features and sent {returned:,}")


def refuse_part_of_answer(name: str, answer: ServerAnswer, count: int) -> None:
    """Raise SourceError if the server says that it has more features than the `count` that it sent."""
    nested = answer.properties if isinstance(answer.properties, dict) else {}
    if _is_true(answer.exceededTransferLimit) or _is_true(nested.get("exceededTransferLimit")):
        raise _part(name, f"the server stopped after {count:,} features (exceededTransferLimit)")
    for total in (answer.numberMatched, answer.totalFeatures, nested.get("numberMatched")):
        if isinstance(total, int) and total > count:
            raise _part(name, f"the server has {total:,} features and sent {count:,}")
    links = answer.links if isinstance(answer.links, list) else []
    if any(isinstance(link, dict) and link.get("rel") == "next" for link in links):
        raise _part(name, f"the server sent {count:,} features and the address of the next ones")


def _error(name: str, words: str) -> SourceError:
    return SourceError(f"{name} holds no boundaries but a server's error message{_quoted(_clean(words))}. {_AGAIN}")


def _part(name: str, why: str) -> SourceError:
    return SourceError(f"{name} is only a part of the data: {why}. {_WHOLE}")


def _quoted(words: str) -> str:
    return f": “{words.rstrip('.')}”" if words else ""


def _is_true(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _words_of(document: Mapping[str, Any]) -> str:
    words = list(dict.fromkeys(_texts(document, 0)))
    code = document.get("code") or (document["error"].get("code") if isinstance(document.get("error"), dict) else None)
    return " ".join(words) + (f" (code {code})" if words and isinstance(code, int | str) else "")


def _texts(value: Any, depth: int) -> Iterator[str]:
    """The texts of a message, in the order of _KEYS_OF_WORDS."""
    if isinstance(value, str) and depth and value.strip():
        yield value.strip()
    elif isinstance(value, list) and depth < _MAX_DEPTH:
        for each in value[:_MAX_DEPTH]:
            yield from _texts(each, depth + 1)
    elif isinstance(value, dict) and depth < _MAX_DEPTH:
        for key in _KEYS_OF_WORDS:
            yield from _texts(value.get(key), depth + 1)


def _clean(text: str) -> str:
    """A text for a terminal: without markup and control characters, in one line, not too long."""
    plain = html.unescape(_TAG.sub(" ", text))
    printable = "".join(each if each.isprintable() else " " for each in plain)
    return " ".join(printable.split())[:_MAX_WORDS]


def _decode(first_bytes: bytes) -> str:
    if first_bytes.startswith((b"\xff\xfe", b"\xfe\xff")):
        return first_bytes.decode("utf-16", errors="replace")
    return first_bytes.decode("utf-8", errors="replace")
