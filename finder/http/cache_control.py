"""How long caches may keep an answer: a minute, four more while they renew it, and never after it stops being true."""

from datetime import datetime, timedelta
from typing import Final

_FRESH: Final = 60
_WHILE_RENEWED: Final = 240
_IF_ERROR: Final = 86_400
_ROUNDING: Final = 1
"""Seconds that caches may lose by counting in whole seconds."""
MAX_LIFETIME: Final = timedelta(seconds=_FRESH + _WHILE_RENEWED + _ROUNDING)
"""An answer that stays true for longer gets the same header as one that stays true for ever."""


def cache_control(until: datetime | None, now: datetime) -> str:
    """Returns the header of an answer that is true until a moment; None means for ever.

    A cache that cannot reach the service may always answer from its copy: the team of a street, with a surgery that has
    ended, is better than an error.
    """
    left = _FRESH + _WHILE_RENEWED
    if until is not None:
        left = min(left, max(0, int((until - now).total_seconds()) - _ROUNDING))
    fresh = min(left, _FRESH)
    return f"public, max-age={fresh}, stale-while-revalidate={left - fresh}, stale-if-error={_IF_ERROR}"
