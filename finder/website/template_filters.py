"""Template filters: how pages write dates, times, lists and numbers."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final

from markupsafe import Markup, escape

from finder.domain.surgery import LONDON

_CODE: Final = re.compile(r"`([^`]*)`")
_NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def day(moment: date) -> str:
    """Returns a date in words; a moment has the date of Europe/London."""
    return f"{_local(moment) if isinstance(moment, datetime) else moment:%A %-d %B %Y}"


def short_day(moment: date) -> str:
    """Returns a date without its weekday, for dates in the past."""
    return f"{_local(moment) if isinstance(moment, datetime) else moment:%-d %B %Y}"


def clock(moment: datetime) -> str:
    """Returns the time of day as people say it: 6pm, 6:30pm."""
    return f"{_local(moment):%-I:%M%p}".replace(":00", "").lower()


def machine(moment: datetime) -> str:
    """Returns a moment for the `datetime` attribute."""
    return _local(moment).isoformat(timespec="minutes")


def listed(names: Sequence[str]) -> str:
    """Returns names as a list in a sentence: "A, B and C", with semicolons if a name contains a comma or "and"."""
    if len(names) > 1 and any("," in name or " and " in name for name in names):
        return f"{'; '.join(names[:-1])}; and {names[-1]}"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def spelled(number: int) -> str:
    """Returns a small number in words."""
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def breakable(address: str) -> Markup:
    """Returns a web address with line breaks allowed after a slash and before an @."""
    return escape(address).replace("/", Markup("/<wbr>")).replace("@", Markup("<wbr>@"))


def dialled(number: str) -> str:
    """Returns a telephone number for a link that dials it (RFC 3966): `0121 496 0000 ext 12` has an extension."""
    before, *extension = re.split(r"\bext", number, maxsplit=1)
    digits, more = (re.sub(r"[^\d+]", "", each) for each in (before, "".join(extension)))
    return f"{digits};ext={more}" if more else digits


def coded(text: str) -> Markup:
    """Returns a text as markup, with the parts between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


def month(yyyy_mm: str) -> str:
    """Returns a month like `2021-03` in words."""
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
    "dialled": dialled,
}
