"""Finds the encoding of a text, and what separates its columns: spreadsheet programs save both in several ways."""

import codecs
import csv
import re
from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from finder.directory_files.headings import folded

UTF_8: Final = "utf-8-sig"  # with a byte-order mark or without
WINDOWS_1252: Final = "cp1252"
_UTF_16: Final = {"utf-16-le": (0, 1), "utf-16-be": (1, 0)}
_BOMS: Final = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

_SAMPLE: Final = 1 << 16  # bytes
_SAMPLE_LINES: Final = 40
_SEPARATORS: Final = (",", ";", "\t", "|")
_DECLARED: Final = re.compile(r'"?sep=([^"\w ])"?[\s,;|]*', re.IGNORECASE)  # for Excel; it shows no such line

_LETTERS: Final = "A-Za-zÀ-ÖØ-öø-ÿŠšŽžŒœŸ"
_NOT_USUAL: Final = re.compile(rf"[^\x00-\x7f{_LETTERS}\xa0£€©®™°º·•…½¼¾²«»§\xb4\u2013\u2014\u2018\u2019\u201c\u201d]")
# The apostrophe of the Macintosh within a name, as in O'Neill, would be read as Õ, and its quotation marks as Ò and Ó.
_MACINTOSH: Final = re.compile(r"[A-Za-z]Õ[A-Za-z]|[a-z][ÒÓÕ]|Ò[A-Za-z]+Ó")
_IN_UTF_8: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")


class TextForm(msgspec.Struct, tag=True):
    """How a text is written. `declares_separator` is set if its first line does no more than that."""

    encoding: str
    separator: str
    declares_separator: bool
    ends_with_line: bool
    """Whether the last line has its end, so that it cannot have been cut short."""


def find_text_form(content: bytes, known_headings: Collection[str]) -> TextForm:
    """Returns the form of a text; `known_headings` are folded, and show what separates the columns."""
    encoding = _find_encoding(content)
    sample = content[:_SAMPLE].decode(encoding, errors="replace")
    lines = sample.splitlines()[:_SAMPLE_LINES]
    declared = _DECLARED.fullmatch(lines[0]) if lines else None
    separator = declared.group(1) if declared else _find_separator(lines, known_headings)
    return TextForm(encoding, separator, declared is not None, content.rstrip(b"\0").endswith((b"\n", b"\r")))


def _find_encoding(content: bytes) -> str:
    """Returns the encoding. If a text is not UTF-8 and may be Windows-1252 or not, it is UTF-8 with faults."""
    for mark, encoding in _BOMS.items():
        if content.startswith(mark):
            return encoding
    for encoding, (letter, empty) in _UTF_16.items():
        start = content[:40]
        if len(start) > 1 and not any(start[empty::2]) and all(start[letter::2]):
            return encoding
    try:
        content.decode(UTF_8)
    except UnicodeDecodeError:
        return WINDOWS_1252 if _is_surely_windows_1252(content) else UTF_8
    return UTF_8


def _is_surely_windows_1252(content: bytes) -> bool:
    """Returns whether a text that is not UTF-8 reads well, has no part in UTF-8, and none of the Macintosh."""
    try:
        text = content.decode(WINDOWS_1252)
    except UnicodeDecodeError:
        return False
    parts = (found.group().decode(errors="replace") for found in _IN_UTF_8.finditer(content))
    return not (
        "\0" in text
        or _NOT_USUAL.search(text)
        or _MACINTOSH.search(text)
        or any(not part.isascii() and not _NOT_USUAL.search(part) for part in parts)
    )


def _find_separator(lines: Iterable[str], known_headings: Collection[str]) -> str:
    """Returns the separator by which one line has the most known headings, else the one most used in the first."""
    lines = [line for line in lines if line.strip()]
    counts = {each: _most_known(lines, each, known_headings) for each in _SEPARATORS}
    if not any(counts.values()) and lines:
        counts = {each: lines[0].count(each) for each in _SEPARATORS}
    return max(_SEPARATORS, key=lambda each: counts[each])


def _most_known(lines: Iterable[str], separator: str, known_headings: Collection[str]) -> int:
    try:
        rows = list(csv.reader(lines, delimiter=separator))
    except csv.Error:
        return 0
    return max((len({folded(cell) for cell in row} & set(known_headings)) for row in rows), default=0)
