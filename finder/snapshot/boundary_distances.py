"""How far each postcode lies from the nearest ward of another team, as far as that has been asked."""

import math
import mmap
from typing import Final

import numpy as np

_BYTES: Final = 4


class Distances:
    """Metres, one a row of the postcode table; infinite beyond the horizon.

    They are 32-bit numbers, half as large as doubles and as good where it matters. Seven significant digits could turn
    24.9999999 into 25. So a distance that would become a whole or half metre, and is none, is held as the next number
    on its own side: rounding to metres and comparing with such limits stay exact.

    What the operating system gives is zero, and takes no memory before something is written; so 0 is a distance that
    nobody has asked for, and -0 is none. The memory is this process's own: shared in a file, it would put on a disk
    which postcodes were asked.
    """

    def __init__(self, rows: int) -> None:
        self._held = memoryview(mmap.mmap(-1, max(rows, 1) * _BYTES, flags=mmap.MAP_PRIVATE)).cast("f")

    def find(self, row: int) -> float | None:
        """The distance of a row; None where it is not known yet."""
        held = self._held[row]
        return held if held or math.copysign(1.0, held) < 0 else None

    def keep(self, row: int, metres: float) -> None:
        """Hold the distance of a row."""
        held = np.float32(metres)
        if float(held) != metres and float(2 * held).is_integer():
            held = np.nextafter(held, np.float32(math.copysign(math.inf, metres - float(held))))
        self._held[row] = float(held) or -0.0
