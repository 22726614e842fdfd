"""The bank holidays of England and Wales, including those proclaimed for one occasion."""

from collections.abc import Mapping
from datetime import date
from typing import Final

_OBSERVED: Final = " (observed)"


def bank_holidays(start: date, end: date) -> Mapping[date, str]:
    """Returns names by day, in order, from `start` to the day before `end`.

    Christmas Day, Boxing Day and New Year's Day are included even on a weekend, and so are their substitute days.
    """
    # Imported here, because it takes a tenth of a second and only loads of a directory need it.
    from holidays import country_holidays  # noqa: PLC0415

    found = country_holidays("GB", subdiv="ENG", years=range(start.year, end.year + 1))
    return {day: _plain_name(name) for day, name in sorted(found.items()) if start <= day < end}


def _plain_name(name: str) -> str:
    return f"the substitute day for {name.removesuffix(_OBSERVED)}" if name.endswith(_OBSERVED) else name
