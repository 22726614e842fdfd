"""Python imports this when it starts with a faked clock. It repairs `time.sleep`, and gives PostgreSQL the same clock.

Python sleeps until a moment of the monotonic clock. libfaketime 0.9.10 shifts that moment in spite of
FAKETIME_DONT_FAKE_MONOTONIC, and the kernel then refuses it with EINVAL.

The embedded PostgreSQL starts with an environment of its own, which leaves out the faked clock.
"""

import os
import select
import subprocess
import time
from typing import Any, Final, SupportsIndex

_CLOCK: Final = ("LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "NO_FAKE_STAT")
_start: Any = subprocess.Popen.__init__


def _sleep(seconds: float | SupportsIndex, /) -> None:
    if float(seconds) < 0:
        raise ValueError("sleep length must be non-negative")
    end = time.monotonic() + float(seconds)
    while (left := end - time.monotonic()) > 0:
        select.select([], [], [], left)


def _start_with_clock(self: Any, *args: Any, env: dict[str, str] | None = None, **options: Any) -> None:
    if env is not None and "PGDATA" in env:
        env = env | {name: os.environ[name] for name in _CLOCK if name in os.environ}
    _start(self, *args, env=env, **options)


time.sleep = _sleep
subprocess.Popen.__init__ = _start_with_clock  # type: ignore[assignment, method-assign]
