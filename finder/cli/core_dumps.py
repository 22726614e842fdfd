"""Forbids core dumps: the memory of a process that dies holds postcodes that residents have just asked for."""

import ctypes
import resource
from typing import Final

_PR_SET_DUMPABLE: Final = 4  # linux/prctl.h


def forbid_core_dumps() -> None:
    """Let neither this process nor one that it forks leave its memory in a file or with another program.

    The limit alone does not bind the kernel where it passes cores to a program such as systemd-coredump.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
