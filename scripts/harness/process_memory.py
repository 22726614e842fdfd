"""The memory of processes: how much of it is shared, and whether it rises."""

import re
from contextlib import suppress
from pathlib import Path

import numpy as np


def describe_memory(pid: int) -> str:
    """Resident, proportional and private memory, and the part of the private memory that no file backs.

    A page of the matched index that only one process has read counts as private until another reads it.
    """
    private = dict.fromkeys(("all", "anonymous"), 0)
    resident = proportional = 0
    named = False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        name, _, rest = line.partition(":")
        if "-" in name.split(" ")[0]:
            named = "/" in line
        elif name == "Rss":
            resident += int(rest.split()[0])
        elif name == "Pss":
            proportional += int(rest.split()[0])
        elif name in {"Private_Clean", "Private_Dirty"}:
            private["all"] += int(rest.split()[0])
            private["anonymous"] += 0 if named else int(rest.split()[0])
    kilobytes_by_kind = {"resident": resident, "proportional": proportional, "private": private["all"]}
    listed = ", ".join(f"{what} {kilobytes / 1024:.0f}" for what, kilobytes in kilobytes_by_kind.items())
    return f"{listed}, private without file {private['anonymous'] / 1024:.0f} MB"


def anonymous_kib(pid: int) -> int:
    """The memory in KiB that no file backs, a shared page divided among its processes; 0 if the process has ended."""
    with suppress(OSError):
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        found = re.search(r"^Pss_Anon: +(\d+) kB", rollup, re.MULTILINE)
        return int(found[1]) if found else 0
    return 0


def slope_per_hour(samples: list[tuple[float, float]]) -> float:
    """The slope of memory in MiB an hour, by least squares."""
    seconds, level = np.array(samples).T
    return float(np.polyfit(seconds, level, 1)[0] * 3600)
