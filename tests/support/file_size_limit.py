"""Simulates a full disk: files cannot grow."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def limited_file_size(max_bytes: int) -> Iterator[None]:
    """Let this process write no file beyond so many bytes, which fails as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
