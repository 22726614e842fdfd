"""Memory that was let go is no longer with the process."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

_ROOT: Final = Path(__file__).resolve().parents[2]
_MEASURE: Final = """
import sys
from finder.server.memory_allocator import return_large_blocks
if sys.argv[1] == "returned":
    return_large_blocks()
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
before = resident()
for _ in range(2):  # the first to go raises glibc's limit
    held, kept = [], []
    for _ in range(50):
        held.append(b"x" * 1_000_000)
        kept.append(b"y" * 100_000)
    del held
print((resident() - before) // 1_000_000)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_large_freed_blocks_are_returned_to_the_system() -> None:
    def grown(how: str) -> int:
        command = [sys.executable, "-c", _MEASURE, how]
        return int(subprocess.run(command, check=True, capture_output=True, text=True, cwd=_ROOT).stdout)

    assert grown("returned") < 20 < grown("kept")
