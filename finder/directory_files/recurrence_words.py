"""Parses a recurrence as people write it in a cell: into the body of an RRULE and the dates that are left out."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, NamedTuple

from finder.directory_files.british_dates import UnreadableError, parse_date, weekday_named

_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WORKING_DAYS: Final = _DAYS[:5]
_LAST: Final = -1
_ORDINALS: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": _LAST,
    **{f"{n}{ending}": n for n in range(1, 32) for ending in ("st", "nd", "rd", "th")},
}  # fmt: skip
_WEEKS_OF_A_MONTH: Final = (1, 2, 3, 4, 5, _LAST)
_NUMBERS: Final = {
    "": 1, "other": 2, "alternate": 2, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, **{str(n): n for n in range(1, 53)},
}  # fmt: skip
_ADVERBS: Final = {
    "daily": ("DAILY", 1), "weekly": ("WEEKLY", 1), "fortnightly": ("WEEKLY", 2), "monthly": ("MONTHLY", 1),
    "quarterly": ("MONTHLY", 3), "yearly": ("YEARLY", 1), "annually": ("YEARLY", 1),
}  # fmt: skip
_UNITS: Final = {
    "day": ("DAILY", 1), "week": ("WEEKLY", 1), "fortnight": ("WEEKLY", 2), "month": ("MONTHLY", 1),
    "quarter": ("MONTHLY", 3), "year": ("YEARLY", 1),
}  # fmt: skip
_ONCE: Final = frozenset({"", "once", "one off", "one-off", "none", "no", "does not repeat"})
_IGNORED: Final = frozenset({"on", "the", "and", "every", "each", "of"})

_NUMBER_WORDS: Final = "|".join(number for number in _NUMBERS if number)
_CLAUSE: Final = re.compile(r"[;,.]?\s*\b(?=(?:except|until)\b(?!=))")
_EXCEPT: Final = re.compile(r"except(?: for| on)?:?")
_PERIOD: Final = re.compile(
    rf"\b(?:(?P<adverb>{'|'.join(_ADVERBS)})"
    rf"|(?:(?:of|in) )?(?:every|each)(?: (?P<number>{_NUMBER_WORDS}))? (?P<unit>{'|'.join(_UNITS)})s?"
    r"|(?:of|in) (?:the|a) (?P<month>month)|a (?P<each_month>month))\b"
)
_EVERY_OTHER: Final = re.compile(r"\b(?:(?:every|each) (?:other|second|2nd|alternate)|alternate) (?=([a-z]+))")


class Recurrence(NamedTuple):
    """The body of an RFC 5545 RRULE, empty for a single date, and the dates that are left out."""

    rule: str
    exceptions: tuple[date, ...] = ()


class _Period(NamedTuple):
    frequency: str
    interval: int


class _NamedDays(NamedTuple):
    """The days that a text names: of each week (`TU`), of one week of the month (`1TU`, `-1FR`), of the month (15)."""

    weekdays: tuple[str, ...]
    numbered: tuple[str, ...]
    month_days: tuple[int, ...]


def parse_recurrence_words(text: str) -> Recurrence:
    """Parses `first Tuesday monthly; except 2026-12-01; until 31 March 2027`, or an RRULE instead of the words.

    Raises UnreadableError.
    """
    rule, *clauses = _CLAUSE.split(" ".join(text.lower().removeprefix("rrule:").split()))
    rule = rule.strip(" ;,.")
    body = _until_end_of_day(rule.upper()) if "freq=" in rule else _rule(rule)
    exceptions = [day for clause in clauses if clause.startswith("except") for day in _exceptions(clause)]
    ends = [parse_date(clause.removeprefix("until").strip(" ;,.")) for clause in clauses if clause.startswith("until")]
    if not body and clauses:
        raise UnreadableError("a single date has no exceptions and no end.")
    if len(ends) > 1 or (ends and ("UNTIL=" in body or "COUNT=" in body)):
        raise UnreadableError("it ends in two ways.")
    return Recurrence(body + "".join(f";UNTIL={end:%Y%m%d}T235959" for end in ends), tuple(exceptions))


def _until_end_of_day(rule: str) -> str:
    """Lets an RRULE that ends on a date include that day; without a time, UNTIL would mean the midnight before it."""
    return re.sub(r"(?<=UNTIL=)(\d{8})(?=;|$)", r"\1T235959", rule)


def _exceptions(clause: str) -> Iterator[date]:
    listed = _EXCEPT.sub("", clause, count=1).strip(" ;,.")
    for written in re.split(r",|;|&|\band\b", listed):
        yield parse_date(written.strip())


def _rule(words: str) -> str:
    if words in _ONCE:
        return ""
    period, left = _take_period(words)
    named = _named_days(left)
    if period is None:
        period = _Period("MONTHLY" if named.numbered else "WEEKLY", 1)
        _refuse_ambiguous(left, named)
        if not named.numbered and not named.weekdays:
            raise UnreadableError("it does not say how often.")
    interval = f";INTERVAL={period.interval}" if period.interval > 1 else ""
    return f"FREQ={period.frequency}{interval}{_days(period, named)}"


def _take_period(words: str) -> tuple[_Period | None, str]:
    """Returns how often it takes place, or None if no words say so, and the other words."""
    periods = {_period(match) for match in _PERIOD.finditer(words)}
    left = _PERIOD.sub(" ", words)
    other = _EVERY_OTHER.search(left)
    if other and weekday_named(other[1]) is not None and _Period("MONTHLY", 1) not in periods:
        periods.add(_Period("WEEKLY", 2))
        left = _EVERY_OTHER.sub(" ", left)
    if len(periods) > 1:
        raise UnreadableError("it says two different things about how often.")
    return next(iter(periods), None), left


def _period(match: re.Match[str]) -> _Period:
    if match["adverb"]:
        return _Period(*_ADVERBS[match["adverb"]])
    frequency, interval = _UNITS[match["unit"] or "month"]
    return _Period(frequency, interval * _NUMBERS[match["number"] or ""])


def _named_days(words: str) -> _NamedDays:
    weekdays: list[str] = []
    numbered: list[str] = []
    ordinals: list[int] = []
    month_days: list[int] = []
    for word in re.findall(r"[^\s,;&]+", words):
        if word in _ORDINALS:
            ordinals.append(_ORDINALS[word])
        elif days := _weekdays(word):
            numbered += [f"{_week(n)}{day}" for n in ordinals for day in days]
            weekdays += days if not ordinals else ()
            ordinals = []
        elif word == "day" and ordinals:
            month_days, ordinals = [*month_days, *ordinals], []
        elif word not in _IGNORED:
            raise UnreadableError(f"{word!r} is not understood.")
    return _NamedDays(tuple(weekdays), tuple(numbered), (*month_days, *ordinals))


def _weekdays(word: str) -> tuple[str, ...]:
    if word in {"weekday", "weekdays"}:
        return _WORKING_DAYS
    number = weekday_named(word)
    return () if number is None else (_DAYS[number],)


def _week(ordinal: int) -> int:
    if ordinal not in _WEEKS_OF_A_MONTH:
        raise UnreadableError(f"no month has {ordinal} of one weekday.")
    return ordinal


def _refuse_ambiguous(words: str, named: _NamedDays) -> None:
    """Refuses `every third Thursday`: it may mean every three weeks, or the third week of the month.

    `every second Thursday` is the usual way to say every two weeks, and `first` and `last` can only mean the month.
    """
    single = named.numbered[0] if len(named.numbered) == 1 else ""
    if single[:1] in {"3", "4", "5"} and re.search(r"\b(?:every|each)\b", words):
        raise UnreadableError(
            "it may mean so many weeks or a week of the month: say `of the month`, or `every 3 weeks`."
        )


def _days(period: _Period, named: _NamedDays) -> str:
    """Returns the part of the rule that names days. Raises UnreadableError if they do not fit the period."""
    if sum(map(bool, named)) > 1:
        raise UnreadableError("it mixes days of the week with days of the month.")
    if named.weekdays and period.frequency != "WEEKLY":
        raise UnreadableError("it does not say which week of the month: write, say, first or last.")
    if (named.numbered or named.month_days) and period.frequency != "MONTHLY":
        raise UnreadableError("first, second or last needs a month: write `of the month`.")
    days = named.weekdays or named.numbered
    return _listed("BYDAY", days) + _listed("BYMONTHDAY", named.month_days)


def _listed(part: str, values: Iterable[object]) -> str:
    listed = ",".join(map(str, values))
    return f";{part}={listed}" if listed else ""
