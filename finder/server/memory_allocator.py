"""How the C library hands memory back."""

import ctypes
from contextlib import suppress
from typing import Final

_TRIM_THRESHOLD: Final = -1  # names and numbers of glibc's <malloc.h>
_MMAP_THRESHOLD: Final = -3
_LARGE: Final = 128 * 1024  # bytes; glibc's own start


def return_large_blocks() -> None:
    """Keep blocks of 128 KB and more apart, so that each goes back to the system when it is let go.

    glibc raises that limit by itself, up to 32 MB, as soon as one is: then what a past snapshot held stays with the
    process, in pieces. Does nothing with another C library.
    """
    with suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_TRIM_THRESHOLD, _LARGE)
