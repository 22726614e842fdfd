"""A set of the postcodes that were read from a source so far, much smaller than a set of their spellings."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geodata.postcode import Postcode

MAX_POSTCODE_LENGTH: Final = 8
"""In bytes, in canonical spelling."""
INWARD_LETTERS: Final = b"ABDEFGHJLNPQRSTUWXYZ"

_LETTERS: Final = len(INWARD_LETTERS)
_UNITS: Final = 10 * _LETTERS**2
_NUMBER: Final = np.zeros(256, np.intp)
_NUMBER[list(b"0123456789")] = range(10)
_NUMBER[list(INWARD_LETTERS)] = range(_LETTERS)


def outward_codes(postcodes: NDArray[np.bytes_]) -> NDArray[np.uint32]:
    """The outward codes of postcodes in canonical spelling, each as the number that its four bytes form."""
    letters = postcodes.view(np.uint8).reshape(-1, MAX_POSTCODE_LENGTH)
    outward = letters[:, :4].copy()
    outward[letters[:, 7] == 0, 3] = 0
    outward[letters[:, 6] == 0, 2] = 0
    return outward.view(np.uint32)[:, 0]


class SeenPostcodes:
    """A set of postcodes: a byte for each of the 4,000 that an outward code can have, once one of them was seen."""

    def __init__(self) -> None:
        self._rows: dict[bytes, int] = {}  # by outward code
        self._marks = np.zeros((256, _UNITS), bool)

    def __bool__(self) -> bool:
        return bool(self._rows)

    def __contains__(self, postcode: Postcode) -> bool:
        row = self._rows.get(postcode.outward_code.encode())
        return row is not None and bool(self._marks[row, _unit(*postcode.inward_code.encode())])

    def add(self, postcode: Postcode) -> None:
        """Add a postcode; it may be in the set already."""
        row = self._row(postcode.outward_code.encode())
        self._marks[row, _unit(*postcode.inward_code.encode())] = True

    def add_new(self, postcodes: NDArray[np.bytes_]) -> bool:
        """Add all of them and return True; or add none and return False if one was seen before or is repeated.

        They must be in canonical spelling, eight bytes each, padded with NUL.
        """
        postcodes = np.ascontiguousarray(postcodes)
        codes, which = np.unique(outward_codes(postcodes), return_inverse=True)
        rows = np.array([self._row(code) for code in codes.view("S4").tolist()], np.intp)
        ends = np.arange(len(postcodes)) * MAX_POSTCODE_LENGTH + np.strings.str_len(postcodes)
        inward = (postcodes.view(np.uint8)[ends - place] for place in (3, 2, 1))
        positions = rows[which] * _UNITS + _unit(*inward)
        marks = self._marks.reshape(-1)
        if marks[positions].any() or not np.diff(np.sort(positions)).all():
            return False
        marks[positions] = True
        return True

    def _row(self, outward_code: bytes) -> int:
        row = self._rows.setdefault(outward_code, len(self._rows))
        if row == len(self._marks):
            self._marks = np.concatenate([self._marks, np.zeros_like(self._marks)])
        return row


def _unit(digit: Any, first: Any, second: Any) -> Any:  # bytes of one inward code, or of a column of them
    """The number of an inward code within its outward code."""
    return (_NUMBER[digit] * _LETTERS + _NUMBER[first]) * _LETTERS + _NUMBER[second]
