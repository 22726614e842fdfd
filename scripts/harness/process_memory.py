"""The memory of processes: told apart by whom it is shared with, and whether it rises."""

from pathlib import Path

import numpy as np


def describe_memory(pid: int) -> str:
    """Resident; what is left when shared pages are divided; private; and of that, what is not a page of a file.

    A page of the ground that only one process has looked at counts as private until another does.
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
    figures = {"resident": resident, "proportional": proportional, "private": private["all"]}
    told = ", ".join(f"{what} {kilobytes / 1024:.0f}" for what, kilobytes in figures.items())
    return f"{told}, of which not of files {private['anonymous'] / 1024:.0f} MB"


def slope_per_hour(samples: list[tuple[float, float]]) -> float:
    """MiB an hour by which memory rises, by least squares."""
    seconds, level = np.array(samples).T
    return float(np.polyfit(seconds, level, 1)[0] * 3600)
