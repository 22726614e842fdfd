"""The dates of an RFC 5545 RRULE within a period, without a search from its first date on."""

from datetime import datetime, timedelta

from dateutil.rrule import rrule, rruleset, rrulestr


def parse_recurrence(recurrence: str, starts_at: datetime) -> rrule | rruleset:
    """The rule of a recurrence, from its first wall-clock start; raises ValueError if it is not a valid rule."""
    return rrulestr(f"RRULE:{recurrence}", dtstart=starts_at)


class RecurrenceRule:
    """The body of an RRULE with its first wall-clock start.

    dateutil finds dates by going through all of them from the first one: that took seconds for a thousand series that
    began years ago, and again for each changed date. Here a rule starts shortly before the wanted period, in step.
    """

    def __init__(self, recurrence: str, starts_at: datetime) -> None:
        """Raises ValueError if it is not a valid rule."""
        self._starts_at = starts_at
        self._parts = dict(part.partition("=")[::2] for part in recurrence.upper().split(";"))
        self._whole = parse_recurrence(recurrence, starts_at)
        self._last: tuple[datetime, rrule | rruleset] = (starts_at, self._whole)

    def between(self, first: datetime, last: datetime) -> list[datetime]:
        """The dates from `first` to `last`, both included, in order."""
        if last < self._starts_at:
            return []
        return self._started_before(first).between(first, last, inc=True)

    def _started_before(self, first: datetime) -> rrule | rruleset:
        later = self._later_start(first)
        if later <= self._starts_at or "COUNT" in self._parts:
            return self._whole
        if later != self._last[0]:
            parts = {**self._parts, **self._implied_days()}
            self._last = (later, parse_recurrence(";".join(f"{name}={value}" for name, value in parts.items()), later))
        return self._last[1]

    def _later_start(self, first: datetime) -> datetime:
        """A start in step with the interval, at least one interval before `first`; or one that is no later."""
        start, interval = self._starts_at, int(self._parts.get("INTERVAL", "1"))
        match self._parts["FREQ"]:
            case "DAILY":
                return start + timedelta(days=_in_step((first - start).days, interval))
            case "WEEKLY":
                return start + timedelta(weeks=_in_step((first - start).days // 7, interval))
            case "MONTHLY":
                months = 12 * (first.year - start.year) + first.month - start.month
                year, month = divmod(12 * start.year + start.month - 1 + _in_step(months, interval), 12)
                return start.replace(year=year, month=month + 1, day=1)
            case "YEARLY":
                year = start.year + _in_step(first.year - start.year, interval)
                return start.replace(year=year, month=1, day=1)
        return start

    def _implied_days(self) -> dict[str, str]:
        """What the rule takes from its first date, and would take from a later start instead (RFC 5545, 3.3.10)."""
        implied = {"BYMONTHDAY": str(self._starts_at.day), "BYMONTH": str(self._starts_at.month)}
        if self._parts.keys() & {"BYDAY", "BYMONTHDAY"}:
            return {}
        match self._parts["FREQ"]:
            case "MONTHLY":
                return {"BYMONTHDAY": implied["BYMONTHDAY"]}
            case "YEARLY":
                return implied | ({"BYMONTH": self._parts["BYMONTH"]} if "BYMONTH" in self._parts else {})
        return {}


def _in_step(periods: int, interval: int) -> int:
    """The largest multiple of the interval that leaves at least one interval of the periods, or 0."""
    return max(0, (periods // interval - 1) * interval)
