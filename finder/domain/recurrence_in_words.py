"""Says in words what an RRULE means, so that staff see what their own words were taken for."""

import re
from datetime import datetime
from typing import Final

_UNITS: Final = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_WEEKDAYS: Final = {
    "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday",
    "SU": "Sunday",
}  # fmt: skip
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_NTH: Final = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
_BY_DAY: Final = re.compile(r"([+-]?\d{1,2})?([A-Z]{2})")


def recurrence_in_words(recurrence: str, starts_at: datetime) -> str:
    """Returns the meaning of a rule from its first date, like `every 2 weeks on Tuesday`.

    A month without more means the day of the month, on whatever weekday it falls: staff often mean the weekday.
    """
    parts = dict(part.partition("=")[::2] for part in recurrence.upper().split(";"))
    frequency, interval = parts["FREQ"], int(parts.get("INTERVAL", "1"))
    unit = _UNITS[frequency]
    every = f"every {unit}" if interval == 1 else f"every {interval} {unit}s"
    return " ".join(filter(None, (every, _days(parts, frequency, starts_at), _months(parts), _end(parts))))


def _days(parts: dict[str, str], frequency: str, starts_at: datetime) -> str:
    weekdays = [_weekday(each) for each in parts["BYDAY"].split(",")] if "BYDAY" in parts else []
    if "BYSETPOS" in parts:
        positions = [_nth(int(each)) for each in parts["BYSETPOS"].split(",")]
        return f"on the {_listed(positions)} of these days: {_listed(weekdays)}"
    if weekdays and "BYMONTHDAY" in parts:
        return f"on {_listed(weekdays)} that is {_month_days(parts['BYMONTHDAY'])}"
    if weekdays:
        return f"on {_listed(weekdays)}"
    if "BYMONTHDAY" in parts:
        return f"on {_month_days(parts['BYMONTHDAY'])}, whatever the weekday"
    return {
        "WEEKLY": f"on {starts_at:%A}",
        "MONTHLY": f"on {_month_days(str(starts_at.day))}, whatever the weekday",
        "YEARLY": f"on {starts_at:%-d %B}, whatever the weekday",
    }.get(frequency, "")


def _weekday(text: str) -> str:
    match = _BY_DAY.fullmatch(text)
    number, weekday = (match[1], _WEEKDAYS[match[2]]) if match else (None, text)
    return f"the {_nth(int(number))} {weekday}" if number else weekday


def _month_days(listed: str) -> str:
    days = [int(each) for each in listed.split(",")]
    words = [f"day {day}" if day > 0 else "the last day" if day == -1 else f"day {-day} from the end" for day in days]
    return f"{_listed(words)} of the month"


def _months(parts: dict[str, str]) -> str:
    if "BYMONTH" not in parts:
        return ""
    return f"in {_listed([_MONTHS[int(each) - 1] for each in parts['BYMONTH'].split(',')])}"


def _end(parts: dict[str, str]) -> str:
    if "COUNT" in parts:
        return "once" if parts["COUNT"] == "1" else f"{parts['COUNT']} times in all"
    if "UNTIL" not in parts:
        return ""
    until = parts["UNTIL"]
    return f"until {int(until[6:8])} {_MONTHS[int(until[4:6]) - 1]} {until[:4]}"


def _nth(number: int) -> str:
    return _NTH.get(number) or (f"number {number}" if number > 0 else f"number {-number} from the end")


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
