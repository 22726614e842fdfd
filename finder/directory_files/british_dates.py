"""Parses dates and times as people in Britain write them: the day comes before the month."""

import re
from datetime import date, datetime, time
from typing import Final

_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH_NUMBERS: Final = {
    "sept": 9,
    **{name[:3]: number for number, name in enumerate(_MONTHS, start=1)},
    **{name: number for number, name in enumerate(_MONTHS, start=1)},
}
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_YEARS: Final = range(2000, 2100)
_NOON: Final = 12

_YEAR_FIRST: Final = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})")
_DIGITS: Final = re.compile(r"(?P<day>\d{1,2})([-/.])(?P<month>\d{1,2})\2(?P<year>\d{4}|\d{2})")
_WORDS: Final = re.compile(
    r"(?P<day>\d{1,2})(?P<ending>st|nd|rd|th)?[ -]*(?:of )?(?P<month>[a-z]+)\.?,?[ -]*(?P<year>\d{4}|\d{2})"
)
_WEEKDAY: Final = re.compile(r"(?P<weekday>[a-z]+)\.?,? +(?=\d)")
_TIME: Final = re.compile(r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2})(?::00)?)? ?(?P<half>am|pm|a\.m\.|p\.m\.)?")
_CLOCK_OF_24_HOURS: Final = re.compile(
    r"(?P<hour>\d{2})(?P<separator>[:.]?)(?P<minute>\d{2}) ?(?P<hours>h|hrs?|hours)?\.?"
)
_QUARTERS: Final = frozenset({"00", "15", "30", "45"})
"""Minutes for which four digits are a time for sure. Others may be a year."""
_MOMENT: Final = re.compile(
    r"(?P<date>.*?)(?:,? +at +|, *| +|(?<=\d)t(?=\d))"
    r"(?P<time>noon|midday|\d[\d:.]*(?: ?(?:[ap]\.?m\.?|hrs?\.?|hours))?)"
)

_TIMES: Final = re.compile(
    r"(?P<start>[\d:.]+(?: ?[ap]\.?m\.?)?) ?(?:[-\u2013\u2014]|to|until|till) ?"
    r"(?P<end>noon|midday|[\d:.]+(?: ?(?P<half>[ap])\.?m\.?)?)"
)


class UnreadableError(ValueError):
    """A text that cannot be read as a date, a time or a recurrence; the message says why."""


def parse_date(text: str) -> date:
    """Parses 3/12/2026, 03.12.26, 3 Dec 2026, Thursday 3rd December 2026 or 2026-12-03.

    A year of two digits is in this century. Raises UnreadableError.
    """
    plain = _plain(text)
    weekday, written = _without_weekday(plain)
    match = _YEAR_FIRST.fullmatch(written) or _DIGITS.fullmatch(written)
    found = _date_in_digits(match) if match else _date_in_words(written)
    if weekday is not None and found.weekday() != weekday:
        actual = _WEEKDAYS[found.weekday()].capitalize()
        raise UnreadableError(f"that date is a {actual}, not a {_WEEKDAYS[weekday].capitalize()}.")
    return found


def parse_time(text: str) -> time:
    """Parses 6pm, 6.30 pm, 18:00, 18.30, 06:30, 1800, 18:00hrs or noon.

    6.30 alone is refused: people write it for the evening too. Raises UnreadableError.
    """
    plain = _plain(text)
    if plain in {"noon", "midday", "12 noon"}:
        return time(_NOON)
    on_24_hours = _CLOCK_OF_24_HOURS.fullmatch(plain)
    if on_24_hours and (on_24_hours["separator"] or on_24_hours["hours"] or on_24_hours["minute"] in _QUARTERS):
        return _time(int(on_24_hours["hour"]), int(on_24_hours["minute"]))
    match = _TIME.fullmatch(plain)
    if match is None:
        raise UnreadableError("not a time.")
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        hour = _on_24_hours(hour, match["half"])
    elif match["minute"] is None or len(match["hour"]) == 1:
        raise UnreadableError("not clear whether morning or evening is meant.")
    return _time(hour, minute)


def parse_start_and_end(text: str) -> tuple[time, time] | None:
    """Parses 6-7pm, 11am to 1pm or 18:00-19:30; None if it is no such text, or not clear.

    A start without am or pm has that of the end, or the other one if it would come after the end.
    """
    match = _TIMES.fullmatch(_plain(text))
    if match is None:
        return None
    end = _time_or_none(match["end"])
    halves = {"a": ("", "am"), "p": ("", "pm", "am"), None: ("",)}[match["half"]]
    for start in (_time_or_none(match["start"] + half) for half in halves):
        if start is not None and end is not None and start < end:
            return start, end
    return None


def _time_or_none(text: str) -> time | None:
    try:
        return parse_time(text)
    except UnreadableError:
        return None


def _time(hour: int, minute: int) -> time:
    try:
        return time(hour, minute)
    except ValueError as error:
        raise UnreadableError("the clock has no such time.") from error


def _on_24_hours(hour: int, half: str) -> int:
    if not 1 <= hour <= _NOON:
        raise UnreadableError("the hour does not go with am or pm.")
    return hour % _NOON + (_NOON if half.startswith("p") else 0)


def parse_moment(text: str) -> datetime:
    """Parses a date and time like `Thursday 3 December 2026 at 6pm`; returns wall-clock time without a zone.

    Raises UnreadableError.
    """
    match = _MOMENT.fullmatch(_plain(text))
    if match is None:
        raise UnreadableError("not a date and time.")
    return datetime.combine(parse_date(match["date"]), parse_time(match["time"]))


def weekday_named(word: str) -> int | None:
    """Returns 0 for Monday to 6 for Sunday, by name, plural or abbreviation of at least three letters; else None."""
    stem = word.lower().removesuffix(".")
    named = [n for n, name in enumerate(_WEEKDAYS) if len(stem) > 2 and f"{name}s".startswith(stem)]  # noqa: PLR2004 - as the docstring says
    return named[0] if named else {"weds": 2}.get(stem)


def _plain(text: str) -> str:
    """Returns the text in lower case with single spaces."""
    return " ".join(text.lower().split())


def _without_weekday(plain: str) -> tuple[int | None, str]:
    match = _WEEKDAY.match(plain)
    if match is None:
        return None, plain
    weekday = weekday_named(match["weekday"])
    if weekday is None:
        raise UnreadableError(f"{match['weekday']!r} is no day of the week, and the day stands before the month.")
    return weekday, plain[match.end() :]


def _date_in_digits(match: re.Match[str]) -> date:
    return _date(int(match["year"]), int(match["month"]), int(match["day"]))


def _date_in_words(written: str) -> date:
    match = _WORDS.fullmatch(written)
    if match is None:
        raise UnreadableError("not a date.")
    month = _MONTH_NUMBERS.get(match["month"])
    if month is None:
        raise UnreadableError(f"{match['month']!r} is no month.")
    day = int(match["day"])
    if match["ending"] not in (None, _ending(day)):
        raise UnreadableError(f"{day} is written {day}{_ending(day)}; {day}{match['ending']} may be a slip.")
    return _date(int(match["year"]), month, day)


def _ending(day: int) -> str:
    return "th" if day // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _date(year: int, month: int, day: int) -> date:
    year += 2000 if year < 100 else 0  # noqa: PLR2004 - two digits
    if year not in _YEARS:
        raise UnreadableError(f"the year {year} is far from now.")
    if month not in range(1, 13):
        raise UnreadableError(f"there is no month {month}; the day stands before the month.")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise UnreadableError(f"{_MONTHS[month - 1].capitalize()} {year} has no day {day}.") from error
