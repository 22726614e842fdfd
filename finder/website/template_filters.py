"""How pages spell dates, times, lists and numbers of things."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final

from markupsafe import Markup, escape

from finder.domain.surgery import LONDON

_CODE: Final = re.compile(r"`([^`]*)`")
_NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def day(moment: date) -> str:
    """A date in words; a moment's date is that of Europe/London."""
    return f"{_local(moment) if isinstance(moment, datetime) else moment:%A %-d %B %Y}"


def short_day(moment: date) -> str:
    """A date without its weekday, for what lies back."""
    return f"{_local(moment) if isinstance(moment, datetime) else moment:%-d %B %Y}"


def clock(moment: datetime) -> str:
    """Time of day as people say it: 6pm, 6:30pm."""
    return f"{_local(moment):%-I:%M%p}".replace(":00", "").lower()


def machine(moment: datetime) -> str:
    """A moment for the `datetime` attribute."""
    return _local(moment).isoformat(timespec="minutes")


def listed(names: Sequence[str]) -> str:
    """Names as a list in a sentence: A, B and C; or A; B and C; and D where a name is itself made of several."""
    if len(names) > 1 and any("," in name or " and " in name for name in names):
        return f"{'; '.join(names[:-1])}; and {names[-1]}"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def spelled(number: int) -> str:
    """A small number in words."""
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def breakable(address: str) -> Markup:
    """A web address that may go on in the next line after a slash or before an @."""
    return escape(address).replace("/", Markup("/<wbr>")).replace("@", Markup("<wbr>@"))


def coded(text: str) -> Markup:
    """A text in which what stands between backticks is code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


def month(yyyy_mm: str) -> str:
    """A month in words, from `2021-03`."""
    return f"{date.fromisoformat(f'{yyyy_mm}-01'):%B %Y}"


def _local(moment: datetime) -> datetime:
    return moment.astimezone(LONDON)


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "day": day,
    "short_day": short_day,
    "clock": clock,
    "machine": machine,
    "listed": listed,
    "month": month,
    "spelled": spelled,
    "breakable": breakable,
    "coded": coded,
}
