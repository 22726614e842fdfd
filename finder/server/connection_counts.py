"""Counts of client connections: how many are open, and how many were closed for each reason."""

from dataclasses import dataclass


@dataclass(slots=True)
class ConnectionCounts:
    """Counts of one process since its start."""

    open: int = 0
    timed_out: int = 0
    made_room: int = 0
    unreadable: int = 0
