"""Columns that a KML feature has only in the text of its description: tables of HTML, or lines like `Code: E05011151`.

ArcGIS, and what was made for Google Earth, put them there instead of in ExtendedData.
"""

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Final, NamedTuple

from geodata.readers.boundaries.feature_values import column_name, column_text

_MAX_LENGTH: Final = 50_000  # characters; the longest of ArcGIS have 5,000
_MAX_COLUMNS: Final = 200
_PAIR: Final = re.compile(r"([^\W\d_][\w .()/-]{0,39}?)\s*[:=]\s*(\S.*)")
_CELLS: Final = frozenset({"td", "th"})
_BREAKS: Final = frozenset({"br", "p", "div", "li", "tr", "table", "h1", "h2", "h3", "dd"})
_HIDDEN: Final = frozenset({"script", "style", "title"})


class _Cell(NamedTuple):
    tag: str
    texts: list[str]

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


def described_columns(description: str) -> dict[str, str]:
    """The columns and their values; empty if the text has none."""
    if not description or len(description) > _MAX_LENGTH:
        return {}
    page = _Page()
    page.feed(description)
    page.close()
    found: dict[str, str] = {}
    for key, value in page.pairs():
        if key and len(found) < _MAX_COLUMNS:
            found.setdefault(column_name(key), column_text(value))
    return found


class _Page(HTMLParser):
    """The rows of the tables of a text, and its lines outside of them."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[list[_Cell]] = []
        self._open: list[list[_Cell]] = []  # rows, the outer ones first: a cell can hold a table
        self._outside: list[str] = []
        self._hidden = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start a row or a cell, or break a line."""
        del attrs
        if tag == "tr":
            self._open.append([])
        elif tag in _CELLS and self._open:
            self._open[-1].append(_Cell(tag, []))
        elif tag in _HIDDEN:
            self._hidden = tag
        if tag in _BREAKS:
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a row."""
        if tag == "tr" and self._open:
            self._rows.append(self._open.pop())
        elif tag == self._hidden:
            self._hidden = ""
        if tag in _BREAKS:
            self.handle_data("\n")

    def handle_data(self, data: str) -> None:
        """Add text to the innermost cell, or to the lines outside of tables."""
        if self._hidden:
            return
        if self._open and self._open[-1]:
            self._open[-1][-1].texts.append(data)
        elif not self._open:
            self._outside.append(data)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Names and values in the order of the text, those of tables first."""
        rows = [row for row in (*self._rows, *self._open) if row]
        heading: list[_Cell] = []
        for row in rows:
            if _is_heading(row):
                heading = row
            elif len(row) == len(heading):
                yield from ((name.text, value.text) for name, value in zip(heading, row, strict=True))
                heading = []
            elif len(row) == _PAIR_LENGTH:
                yield row[0].text.rstrip(":"), row[1].text
            elif len(row) == 1:
                yield from _pairs_of_lines("".join(row[0].texts))
        yield from _pairs_of_lines("".join(self._outside))


_PAIR_LENGTH: Final = 2


def _is_heading(row: Sequence[_Cell]) -> bool:
    return all(cell.tag == "th" for cell in row)


def _pairs_of_lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if match := _PAIR.fullmatch(" ".join(line.split())):
            yield match[1], match[2]
