"""Typed values of cells -> text, as people would write it."""

from datetime import datetime, time, timedelta


def cell_text(value: object) -> str:
    """Returns a date as 2026-12-03, with a time as 2026-12-03 18:00, and a whole number without a decimal point."""
    match value:
        case datetime():
            return _moment_text(value)
        case time():
            return _time_text(timedelta(hours=value.hour, minutes=value.minute, seconds=value.second))
        case timedelta():
            return _time_text(value)
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return "" if value is None else str(value)


def _moment_text(moment: datetime) -> str:
    """Returns a date alone at midnight: nobody meets then, and Excel stores every date as a moment at midnight."""
    rounded = moment + timedelta(seconds=30)  # Excel counts days in floating point: 17:59:59.99 is 18:00
    at_midnight = (rounded.hour, rounded.minute) == (0, 0)
    return f"{rounded:%Y-%m-%d}" if at_midnight else f"{rounded:%Y-%m-%d %H:%M}"


def _time_text(since_midnight: timedelta) -> str:
    minutes = round(since_midnight / timedelta(minutes=1))
    return f"{minutes // 60:02}:{minutes % 60:02}"
