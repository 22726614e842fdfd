"""Code-Point Open as Ordnance Survey writes it -> postcode locations, thousands of rows at a time.

Its rows are so much alike that their commas, quotation marks and line ends can be looked up in a block of bytes at
once, and the cells between them checked together. Nothing is said here of a block that holds anything else, be it a
fault or another spelling: its rows are for postcodes.py, which knows all that can be.
"""

import io
from collections.abc import Iterator
from typing import IO, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from geodata.postcode import is_outward_code
from geodata.postcode_location import EAST_EDGE, NO_LOCATION, NORTH_EDGE, QUALITIES, PostcodeBatch
from geodata.readers.postcodes.seen_postcodes import INWARD_LETTERS, WIDTH, outward_codes

_BLOCK: Final = 1 << 19  # bytes: some six thousand rows, read while PostgreSQL takes in those before
_CELLS: Final = 10
_POSTCODE, _QUALITY, _EASTING, _NORTHING, _DISTRICT, _WARD = 0, 1, 2, 3, 8, 9
_QUOTED: Final = [0, 4, 5, 6, 7, 8, 9]
_WIDEST: Final = 100  # bytes of a cell
_MOST_DIGITS: Final = 7
_SHORTEST: Final = 6  # bytes of a postcode
_CODE: Final = 9  # bytes of a GSS code

Bytes = NDArray[np.uint8]
Places = NDArray[np.intp]


class _UnusualError(Exception):
    """There is something in a block that is not as it usually is."""


def blocks(stream: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """A stream in blocks of whole lines, each with what has been read beyond it; a line without end comes as it is."""
    beyond = b""
    while read := stream.read(_BLOCK):
        lines, end, beyond = (beyond + read).rpartition(b"\n")
        yield lines + end, beyond
    if beyond:
        yield beyond, b""


class Block(NamedTuple):
    """What is in some whole lines: the located postcodes, and how many others."""

    located: PostcodeBatch
    unlocated: int


def read_block(block: bytes) -> Block | None:
    """The postcodes of whole lines; None where anything in them is unusual."""
    try:
        cells = _Cells.of(block)
        postcodes = cells.postcodes(_POSTCODE)
        numbers = [cells.numbers(cell) for cell in (_EASTING, _NORTHING, _QUALITY)]
        codes = [cells.codes(cell) for cell in (_DISTRICT, _WARD)]
        rows = PostcodeBatch.of_columns(postcodes, *numbers, *codes, np.zeros(len(postcodes), np.int32)).rows
        located = rows[rows["positional_quality"] != NO_LOCATION]
        _require(np.isin(located["positional_quality"], list(QUALITIES)))
        for name, edge in (("easting", EAST_EDGE), ("northing", NORTH_EDGE)):
            _require((located[name] > 0) & (located[name] < edge))
    except _UnusualError:
        return None
    return Block(PostcodeBatch(located), len(rows) - len(located))


class Rest(io.RawIOBase):
    """What is left of a stream of which too much has been read: that first, and then the others."""

    def __init__(self, begun: bytes, stream: IO[bytes]) -> None:
        self._begun = begun
        self._stream = stream

    def readable(self) -> bool:
        """It is read and nothing else."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # of the buffers there are, it gets this
        """Fill a buffer as far as one read goes."""
        chunk = self._begun[: len(buffer)] or self._stream.read(len(buffer))
        self._begun = self._begun[len(chunk) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def tell(self) -> int:
        """How far the stream has been read, what comes first not counted twice."""
        return self._stream.tell() - len(self._begun)


class _Cells:
    """Where the cells of some rows lie in their bytes: `begin` and `end` are of the shape (cells, rows)."""

    def __init__(self, block: bytes, begin: Places, end: Places) -> None:
        self._block = block
        self._text: Bytes = np.frombuffer(block, np.uint8)
        self._begin = begin
        self._end = end

    @classmethod
    def of(cls, block: bytes) -> Self:
        """The cells of whole lines that are written alike: ten cells, and seven of them in quotation marks."""
        _require(block.isascii() and b"\0" not in block and block.endswith(b"\n"))
        text = np.frombuffer(block, np.uint8)
        ends, commas = np.flatnonzero(text == ord("\n")), np.flatnonzero(text == ord(","))
        _require(len(commas) == len(ends) * (_CELLS - 1))
        between = commas.reshape(-1, _CELLS - 1).T
        begin = np.vstack([np.append(0, ends[:-1] + 1), between + 1])
        end = np.vstack([between, ends - _return(text, ends)])
        widths = end - begin
        _require((widths >= 0) & (widths < _WIDEST))
        _require(widths[_QUOTED] > 1)
        _require(np.count_nonzero(text == ord('"')) == len(ends) * len(_QUOTED) * 2)
        for marks in (text[begin[_QUOTED]], text[end[_QUOTED] - 1]):
            _require(marks == ord('"'))
        begin[_QUOTED] += 1
        end[_QUOTED] -= 1
        return cls(block, begin, end)

    def postcodes(self, cell: int) -> NDArray[np.bytes_]:
        """A cell of every row that is a postcode in canonical spelling."""
        begin, end = self._begin[cell], self._end[cell]
        widths = end - begin
        _require((widths >= _SHORTEST) & (widths <= WIDTH))
        found = self._strings(begin, WIDTH)
        letters = found.view(np.uint8).reshape(-1, WIDTH)
        for place in range(_SHORTEST, WIDTH):
            letters[widths <= place, place] = 0
        for place, characters in enumerate((_SPACE, _DIGIT, _INWARD_LETTER, _INWARD_LETTER), start=-4):
            _require(characters[self._text[end + place]])
        _require(all(is_outward_code(code.decode()) for code in np.unique(outward_codes(found)).view("S4").tolist()))
        return found

    def numbers(self, cell: int) -> NDArray[np.int32]:
        """A cell of every row that is a whole number in digits alone."""
        begin, end = self._begin[cell], self._end[cell]
        widths = end - begin
        _require((widths > 0) & (widths <= _MOST_DIGITS))
        found = np.zeros(len(begin), np.int32)
        for place in range(int(widths.max())):
            figures = self._text[end - 1 - place] - ord("0")
            figures[widths <= place] = 0
            _require(figures <= 9)  # noqa: PLR2004 - what is less than "0" has wrapped around
            found += figures * np.int32(10**place)
        return found

    def codes(self, cell: int) -> NDArray[np.bytes_]:
        """A cell of every row that is a GSS code or empty."""
        begin, widths = self._begin[cell], self._end[cell] - self._begin[cell]
        given = widths == _CODE
        _require(given | (widths == 0))
        found = np.zeros(len(begin), f"S{_CODE}")
        found[given] = codes = self._strings(begin[given], _CODE)
        letters = codes.view(np.uint8).reshape(-1, _CODE)
        _require(_COUNTRY[letters[:, 0]])
        _require(_DIGIT[letters[:, 1:]])
        return found

    def _strings(self, begin: Places, width: int) -> NDArray[np.bytes_]:
        """The bytes from each of some places on."""
        windows = np.ndarray(len(self._block) - width + 1, f"S{width}", self._block, strides=(1,))
        return windows[begin]


def _return(text: Bytes, ends: Places) -> int:
    """How many carriage returns stand before each line end: one everywhere, or none."""
    returns = np.count_nonzero(text == ord("\r"))
    if returns:
        _require(returns == len(ends))
        _require(text[ends - 1] == ord("\r"))
    return int(returns > 0)


def _require(holds: NDArray[np.bool_] | np.bool | bool, /) -> None:  # noqa: FBT001 - it is all that is given
    if not np.all(holds):
        raise _UnusualError


def _among(characters: bytes) -> NDArray[np.bool_]:
    """For each of the 256 bytes whether it is one of the characters."""
    return np.isin(np.arange(256), list(characters))


_SPACE: Final = _among(b" ")
_DIGIT: Final = _among(b"0123456789")
_INWARD_LETTER: Final = _among(INWARD_LETTERS)
_COUNTRY: Final = _among(b"EWSN")
