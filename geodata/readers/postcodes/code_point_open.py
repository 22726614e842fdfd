"""Code-Point Open exactly as Ordnance Survey writes it -> postcode locations, thousands of rows at a time.

Its rows are very regular. All commas, quotation marks and line ends of a block of bytes are found at once, and then all
cells are checked at once. A block with anything else in it, a fault or another spelling, is left to the row-by-row
checks, which know every case.
"""

from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from geodata.postcode import is_outward_code
from geodata.postcode_location import EAST_EDGE, NO_LOCATION, NORTH_EDGE, QUALITIES, PostcodeBatch
from geodata.readers.postcodes.seen_postcodes import INWARD_LETTERS, MAX_POSTCODE_LENGTH, outward_codes

_CELLS: Final = 10
_POSTCODE, _QUALITY, _EASTING, _NORTHING, _DISTRICT, _WARD = 0, 1, 2, 3, 8, 9
_QUOTED: Final = [0, 4, 5, 6, 7, 8, 9]
_MAX_CELL_LENGTH: Final = 100  # bytes
_MAX_DIGITS: Final = 7
_MIN_POSTCODE_LENGTH: Final = 6  # bytes
_GSS_CODE_LENGTH: Final = 9  # bytes

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.intp]


class _UnusualError(Exception):
    """A block has something that Code-Point Open usually does not have."""


class Block(NamedTuple):
    """The located postcodes of some lines, and how many postcodes in them have no location."""

    located: PostcodeBatch
    unlocated: int


def read_block(block: bytes) -> Block | None:
    """The postcodes of whole lines, or None if anything in them is unusual."""
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


class _Cells:
    """The cells of some rows: `start` and `end` are their offsets in the bytes, of shape (cells, rows)."""

    def __init__(self, block: bytes, start: Offsets, end: Offsets) -> None:
        self._block = block
        self._text: Bytes = np.frombuffer(block, np.uint8)
        self._start = start
        self._end = end

    @classmethod
    def of(cls, block: bytes) -> Self:
        """The cells of whole lines, ten in each, and seven of these in quotation marks."""
        _require(block.isascii() and b"\0" not in block and block.endswith(b"\n"))
        text = np.frombuffer(block, np.uint8)
        ends, commas = np.flatnonzero(text == ord("\n")), np.flatnonzero(text == ord(","))
        _require(len(commas) == len(ends) * (_CELLS - 1))
        between = commas.reshape(-1, _CELLS - 1).T
        start = np.vstack([np.append(0, ends[:-1] + 1), between + 1])
        end = np.vstack([between, ends - _carriage_returns(text, ends)])
        widths = end - start
        _require((widths >= 0) & (widths < _MAX_CELL_LENGTH))
        _require(widths[_QUOTED] > 1)
        _require(np.count_nonzero(text == ord('"')) == len(ends) * len(_QUOTED) * 2)
        for marks in (text[start[_QUOTED]], text[end[_QUOTED] - 1]):
            _require(marks == ord('"'))
        start[_QUOTED] += 1
        end[_QUOTED] -= 1
        return cls(block, start, end)

    def postcodes(self, cell: int) -> NDArray[np.bytes_]:
        """The postcodes in a cell of every row, which must be in canonical spelling."""
        start, end = self._start[cell], self._end[cell]
        widths = end - start
        _require((widths >= _MIN_POSTCODE_LENGTH) & (widths <= MAX_POSTCODE_LENGTH))
        found = self._strings(start, MAX_POSTCODE_LENGTH)
        letters = found.view(np.uint8).reshape(-1, MAX_POSTCODE_LENGTH)
        for place in range(_MIN_POSTCODE_LENGTH, MAX_POSTCODE_LENGTH):
            letters[widths <= place, place] = 0
        for place, characters in enumerate((_SPACE, _DIGIT, _INWARD_LETTER, _INWARD_LETTER), start=-4):
            _require(characters[self._text[end + place]])
        _require(all(is_outward_code(code.decode()) for code in np.unique(outward_codes(found)).view("S4").tolist()))
        return found

    def numbers(self, cell: int) -> NDArray[np.int32]:
        """The whole numbers in a cell of every row, which must consist of digits."""
        start, end = self._start[cell], self._end[cell]
        widths = end - start
        _require((widths > 0) & (widths <= _MAX_DIGITS))
        found = np.zeros(len(start), np.int32)
        for place in range(int(widths.max())):
            digits = self._text[end - 1 - place] - ord("0")
            digits[widths <= place] = 0
            _require(digits <= 9)  # noqa: PLR2004 - a byte below "0" has wrapped around
            found += digits * np.int32(10**place)
        return found

    def codes(self, cell: int) -> NDArray[np.bytes_]:
        """The GSS codes in a cell of every row, which may be empty."""
        start, widths = self._start[cell], self._end[cell] - self._start[cell]
        given = widths == _GSS_CODE_LENGTH
        _require(given | (widths == 0))
        found = np.zeros(len(start), f"S{_GSS_CODE_LENGTH}")
        found[given] = codes = self._strings(start[given], _GSS_CODE_LENGTH)
        letters = codes.view(np.uint8).reshape(-1, _GSS_CODE_LENGTH)
        _require(_COUNTRY[letters[:, 0]])
        _require(_DIGIT[letters[:, 1:]])
        return found

    def _strings(self, start: Offsets, width: int) -> NDArray[np.bytes_]:
        """That many bytes from each offset."""
        windows = np.ndarray(len(self._block) - width + 1, f"S{width}", self._block, strides=(1,))
        return windows[start]


def _carriage_returns(text: Bytes, ends: Offsets) -> int:
    """How many carriage returns there are before each line end: one everywhere, or none."""
    returns = np.count_nonzero(text == ord("\r"))
    if returns:
        _require(returns == len(ends))
        _require(text[ends - 1] == ord("\r"))
    return int(returns > 0)


def _require(holds: NDArray[np.bool_] | np.bool | bool, /) -> None:  # noqa: FBT001 - the only argument
    if not np.all(holds):
        raise _UnusualError


def _is_one_of(characters: bytes) -> NDArray[np.bool_]:
    """For each of the 256 bytes, whether it is one of the characters."""
    return np.isin(np.arange(256), list(characters))


_SPACE: Final = _is_one_of(b" ")
_DIGIT: Final = _is_one_of(b"0123456789")
_INWARD_LETTER: Final = _is_one_of(INWARD_LETTERS)
_COUNTRY: Final = _is_one_of(b"EWSN")
