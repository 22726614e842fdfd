"""The table of a Shapefile (.dbf): its columns and first rows, and the encoding that its text is really in.

The text of a .dbf is in the encoding that its .cpg names. Without a .cpg it is in any: ArcGIS writes UTF-8, older
programs Windows-1252. Each is told from the other by the bytes: text with accents in Windows-1252 is no UTF-8.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final, NamedTuple

UTF_8: Final = "utf-8"
WINDOWS_1252: Final = "cp1252"
_DOS: Final = "cp850"  # that of Western Europe
_SHOWN: Final = {UTF_8: "UTF-8", WINDOWS_1252: "Windows-1252"}

_HEAD: Final = 32  # bytes, and as many for each column
_NAME: Final = 11
_END_OF_COLUMNS: Final = 0x0D
_LANGUAGES: Final = {0x01: "cp437", 0x02: _DOS, 0x03: WINDOWS_1252, 0x57: WINDOWS_1252}  # byte 29
_ROWS_AT_ONCE: Final = 500
_MAX_TEXTS: Final = 2_000
_PUNCTUATION: Final = frozenset("\u2018\u2019\u201c\u201d\u2013\u2014…·°£½ª\u00a0")  # quotation marks, dashes
_CUT_CHARACTER: Final = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{0,2}$")
_IN_WORDS: Final = frozenset("\u2018\u2019\u2013\u00a0")


@dataclass(frozen=True, slots=True)
class Table:
    """What the head of a .dbf says. `columns` are names with type and width, in the order of the row."""

    columns: Sequence[tuple[str, str, int]]
    rows: int
    head_length: int
    row_length: int
    language: int

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [name for name, _, _ in self.columns]


class TextEncoding(NamedTuple):
    """The encoding of the text, "" if it is all ASCII, and what to say of it: a problem that is a doubt or a note."""

    name: str
    problem: str = ""
    is_doubtful: bool = False


def read_table(stream: IO[bytes]) -> Table | None:
    """The head of a .dbf, and the stream then stands before its rows; None if it has no whole head."""
    head = stream.read(_HEAD)
    if len(head) < _HEAD:
        return None
    head_length, row_length = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    rest = stream.read(max(0, head_length - _HEAD))
    columns = []
    for start in range(0, len(rest), _HEAD):
        column = rest[start : start + _HEAD]
        if len(column) < _HEAD or column[0] == _END_OF_COLUMNS:
            break
        name = column[:_NAME].split(b"\0")[0].decode("ascii", "replace")
        columns.append((name, chr(column[11]), column[16]))
    if not (columns and row_length):
        return None
    return Table(columns, int.from_bytes(head[4:8], "little"), head_length, row_length, head[29])


def first_rows(stream: IO[bytes], table: Table, count: int) -> list[dict[str, str]]:
    """The text of the first rows, as far as it is ASCII; the stream stands before them."""
    return [
        {name: text.decode("ascii", "replace").strip(" \0") for name, text in _texts(row, table)}
        for row in _rows(stream.read(table.row_length * count), table)
    ]


def find_encoding(stream: IO[bytes], table: Table, declared: str) -> TextEncoding:
    """The encoding of the text of all rows; the stream stands before them, `declared` is what the .cpg says."""
    texts = list(dict.fromkeys(_texts_beyond_ascii(stream, table)))
    if not texts:
        return TextEncoding("")
    named = _codec(declared)
    found = _best(texts, [each for each in (named, _LANGUAGES.get(table.language, "")) if each])
    read_as = f"text was read as {_SHOWN.get(found, found)}: {_decode(texts[0], found)!r}"
    if garbled := next((text for text in texts if not _is_plausible(text, found)), b""):
        return TextEncoding(
            found, f"text looks garbled in every encoding: {_decode(garbled, found)!r}.", is_doubtful=True
        )
    if declared and found != named:
        return TextEncoding(
            found, f"the .cpg names {declared[:20]}, in which text would be garbled; {read_as}.", is_doubtful=True
        )
    return TextEncoding(found, "" if named else f"the Shapefile does not name its encoding (no .cpg); {read_as}.")


def _best(texts: Sequence[bytes], named: Sequence[str]) -> str:
    """The encoding in which all texts make sense. UTF-8 is first: other text is hardly ever UTF-8 by chance."""
    for encoding in (UTF_8, *named, WINDOWS_1252, _DOS):
        if all(_is_plausible(text, encoding) for text in texts):
            return encoding
    return next((each for each in named if each != UTF_8), WINDOWS_1252)


def _is_plausible(text: bytes, encoding: str) -> bool:
    """Whether a text in that encoding has only letters and punctuation, and no odd punctuation between two letters."""
    try:
        decoded = text.decode(encoding)
    except UnicodeDecodeError:
        return False
    for before, each, after in zip(" " + decoded, decoded, decoded[1:] + " ", strict=False):
        if each.isascii() or each.isalpha():
            continue
        if each not in _PUNCTUATION or (each not in _IN_WORDS and before.isalpha() and after.isalpha()):
            return False
    return True


def _texts_beyond_ascii(stream: IO[bytes], table: Table) -> Iterator[bytes]:
    count = 0
    while block := stream.read(table.row_length * _ROWS_AT_ONCE):
        if block.isascii():
            continue
        for row in _rows(block, table):
            for _, text in _texts(row, table) if not row.isascii() else ():
                if not text.isascii() and (whole := _without_cut_character(text)):
                    yield whole.rstrip(b" \0")
                    count += 1
                    if count == _MAX_TEXTS:
                        return


def _without_cut_character(text: bytes) -> bytes:
    """A text without the start of a UTF-8 character that did not fit into its column; empty if nothing else tells."""
    if _is_utf_8(text):
        return text
    cut = _CUT_CHARACTER.sub(b"", text)
    if not _is_utf_8(cut):
        return text
    return b"" if cut.isascii() else cut


def _is_utf_8(text: bytes) -> bool:
    try:
        text.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return True


def _rows(block: bytes, table: Table) -> Iterator[bytes]:
    for start in range(0, len(block) - table.row_length + 1, table.row_length):
        yield block[start : start + table.row_length]


def _texts(row: bytes, table: Table) -> Iterator[tuple[str, bytes]]:
    start = 1  # after the mark of deleted rows
    for name, kind, width in table.columns:
        if kind == "C":
            yield name, row[start : start + width]
        start += width


def _decode(text: bytes, encoding: str) -> str:
    shown = text.decode(encoding, "replace").strip()[:40]
    return "".join(each if each.isprintable() else "\ufffd" for each in shown)


def _codec(declared: str) -> str:
    """Python's name for what a .cpg says, such as UTF-8, 65001, 1252, ANSI 1252 or 88591; "" if it is not known."""
    text = re.sub(r"[^a-z0-9]", "", declared.lower())
    if text in {"utf8", "65001"}:
        return UTF_8
    if match := re.fullmatch(r"(?:iso)?(?:8859|2859)([0-9]{1,2})|latin(1)", text):
        return f"iso8859-{match[1] or match[2]}"
    match = re.fullmatch(r"(?:ansi|windows|oem|ibm|cp)?(437|85[0-9]|86[0-9]|125[0-8])", text)
    return f"cp{match[1]}" if match else ""
