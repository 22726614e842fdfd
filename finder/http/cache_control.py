"""How long caches may keep an answer: a minute, four more while they renew it, never past the moment it goes wrong."""

from datetime import datetime, timedelta
from typing import Final

_FRESH: Final = 60
_WHILE_RENEWED: Final = 240
_IN_NEED: Final = 86_400
_WHOLE_SECONDS: Final = 1
"""What caches lose by counting in whole seconds."""
LONGEST: Final = timedelta(seconds=_FRESH + _WHILE_RENEWED + _WHOLE_SECONDS)
"""From here on a moment to come makes no difference."""


def cache_control(until: datetime | None, now: datetime) -> str:
    """The header for an answer that is true until a moment, None where that never comes.

    Of what a cache may say when it cannot reach us nothing is taken away: who polices a street, with a surgery that
    has ended, is better than an error.
    """
    left = _FRESH + _WHILE_RENEWED
    if until is not None:
        left = min(left, max(0, int((until - now).total_seconds()) - _WHOLE_SECONDS))
    fresh = min(left, _FRESH)
    return f"public, max-age={fresh}, stale-while-revalidate={left - fresh}, stale-if-error={_IN_NEED}"
