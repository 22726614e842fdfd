"""The ONS directories of postcodes, ONSPD and NSPL, with the headings of every year."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final

from geodata.check_report import Report
from geodata.plurals import one_or_more
from geodata.postcode_location import NO_LOCATION
from geodata.readers.postcodes.layout import DISTRICT, POSTCODE, QUALITY, RETIRED_ON, WARD

POSTCODE_HEADINGS: Final = frozenset({"pcd", "pcd2", "pcd7", "pcd8", "pcds"})

# By cell. ONS renames its columns from release to release; the year in a name moves every year. The middle names are
# NSPL's until 2025.
_HEADINGS: Final = (
    re.compile("pcds"),
    re.compile("osgrdind|gridind"),
    re.compile("oseast1m|east1m"),
    re.compile("osnrth1m|north1m"),
    re.compile("oslaua|laua|lad[0-9]{2}cd"),
    re.compile("osward|ward|wd[0-9]{2}cd"),
    re.compile("doterm"),
)
_NO_LOCATION: Final = "9"
_POOREST_QUALITY: Final = "60"
_NOT_APPLICABLE: Final = re.compile("[A-Z]9{8}")
_FULL_DIRECTORY: Final = "Fetch the full directory from the ONS Open Geography Portal, unless this is what you want."

# The areas whose eastings and northings are not on the British National Grid: they are on the Irish Grid, or missing.
_OTHER_GRIDS: Final = {"BT": "Northern Ireland", "GY": "Guernsey", "IM": "the Isle of Man", "JE": "Jersey"}


@dataclass(slots=True)
class OnsLayout:
    """ONSPD or NSPL; counts what it skips and assumes."""

    width: int
    names: Sequence[str]
    positions: Sequence[int]
    on_other_grids: Counter[str] = field(default_factory=Counter)
    unrated: int = 0
    retired: int = 0
    rows: int = 0

    def cells(self, rows: Sequence[list[str]]) -> list[Sequence[str] | None]:
        """The seven cells: quality times ten, "not applicable" as "". None outside Great Britain."""
        pick = itemgetter(*self.positions)
        return [self._translate(pick(row)) if len(row) == self.width else None for row in rows]

    def columns(self, _: Sequence[list[str]]) -> None:
        """None: some rows are skipped, and the others translated."""

    def summarise(self, report: Report) -> None:
        """Note which areas were skipped, and warn of columns that should not be empty."""
        for place, count in sorted(self.on_other_grids.items()):
            one, more = f"postcode of {place} is left out: it is", f"postcodes of {place} are left out: they are"
            report.note(f"{one_or_more(count, one, more)} not on the British National Grid.")
        if self.rows and not self.retired:
            problem = (
                "no postcode in the file has a date of termination, so live and retired ones cannot be told apart."
            )
            report.warning(problem, _FULL_DIRECTORY, column=self.names[RETIRED_ON])
        if self.unrated:
            problem = one_or_more(
                self.unrated,
                "postcode does not say how good its location is; it is taken as the poorest.",
                "postcodes do not say how good their location is; they are taken as the poorest.",
            )
            report.warning(problem, _FULL_DIRECTORY, column=self.names[QUALITY])

    def _translate(self, cells: Iterable[str]) -> list[str] | None:
        found = list(map(str.strip, cells))
        if place := _OTHER_GRIDS.get(found[POSTCODE][:2]):
            self.on_other_grids[place] += 1
            return None
        self.rows += 1
        self.retired += bool(found[RETIRED_ON])
        found[QUALITY] = self._quality(found[QUALITY])
        for cell in (DISTRICT, WARD):
            if found[cell].endswith("99999999") and _NOT_APPLICABLE.fullmatch(found[cell]):
                found[cell] = ""
        return found

    def _quality(self, given: str) -> str:
        if given == _NO_LOCATION:
            return str(NO_LOCATION)
        if not given:
            self.unrated += 1
            return _POOREST_QUALITY
        return f"{given}0"


def find_ons_columns(columns: Sequence[str]) -> tuple[list[str], list[str]]:
    """The headings of the seven cells, and those that are missing, as a person would type them."""
    matches = [next((column for column in columns if pattern.fullmatch(column)), None) for pattern in _HEADINGS]
    missing = [_readable(pattern) for pattern, match in zip(_HEADINGS, matches, strict=True) if match is None]
    return [match for match in matches if match is not None], missing


def _readable(pattern: re.Pattern[str]) -> str:
    return pattern.pattern.replace("[0-9]{2}", "25").replace("|", " or ")
