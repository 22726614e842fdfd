"""Makes the C library return freed memory to the system."""

import ctypes
from contextlib import suppress
from typing import Final

_TRIM_THRESHOLD: Final = -1  # from glibc's <malloc.h>
_MMAP_THRESHOLD: Final = -3
_LARGE: Final = 128 * 1024  # bytes; glibc's initial limit


def return_large_blocks() -> None:
    """Allocate blocks of 128 KB and more separately, so that each is returned to the system when it is freed.

    By default glibc raises this limit to up to 32 MB when such a block is freed. Then much of the memory of a past
    snapshot would stay with the process. Does nothing with another C library.
    """
    with suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_TRIM_THRESHOLD, _LARGE)
