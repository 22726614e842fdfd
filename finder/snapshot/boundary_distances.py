"""The distance from each postcode to the nearest ward of another team, stored once it has been computed."""

import math
import mmap
from typing import Final

import numpy as np

_BYTES: Final = 4


class BoundaryDistances:
    """Metres, by row of the postcode table; infinite beyond the horizon.

    They are 32-bit numbers, which take half the memory of doubles. But seven significant digits could turn 24.9999999
    into 25. So a distance that would be rounded to a whole or half metre is stored as the next 32-bit number on its own
    side. Rounding to metres and comparing with such limits are then exact.

    Fresh pages of the operating system are zero and take no memory until they are written. So a stored 0 means that
    the distance is not known yet, and -0 is a distance of 0. The memory is private to the process: a shared file would
    put on a disk which postcodes were looked up.
    """

    def __init__(self, rows: int) -> None:
        self._stored = memoryview(mmap.mmap(-1, max(rows, 1) * _BYTES, flags=mmap.MAP_PRIVATE)).cast("f")

    def find(self, row: int) -> float | None:
        """The distance of a row; None if it is not known yet."""
        stored = self._stored[row]
        return stored if stored or math.copysign(1.0, stored) < 0 else None

    def store(self, row: int, metres: float) -> None:
        """Store the distance of a row."""
        stored = np.float32(metres)
        if float(stored) != metres and float(2 * stored).is_integer():
            stored = np.nextafter(stored, np.float32(math.copysign(math.inf, metres - float(stored))))
        self._stored[row] = float(stored) or -0.0
