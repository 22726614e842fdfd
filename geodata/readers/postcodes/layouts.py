"""The layouts that postcode files come in, told by their first row: which cell is where, and in whose code.

A row of any of them is brought to the same seven cells, in the words of Code-Point Open: postcode, positional quality,
easting, northing, district, ward, and the month it was retired in.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final, Protocol

from geodata.errors import PostcodeMalformedError, SourceError
from geodata.findings import Report
from geodata.plurals import one_or_more
from geodata.postcode import Postcode
from geodata.postcode_location import NO_LOCATION
from geodata.readers.csv_rows import other_separator

CELLS: Final = ("postcode", "positional_quality", "easting", "northing", "district", "ward", "retired_on")
POSTCODE, QUALITY, EASTING, NORTHING, DISTRICT, WARD, RETIRED_ON = range(7)
EXTRACT_COLUMNS: Final = CELLS[:RETIRED_ON]
REMEDY: Final = (
    "Load OS Code-Point Open or an ONS directory (ONSPD, NSPL), the zip as it is downloaded or a CSV file of it, "
    f"or a CSV with the columns {', '.join(EXTRACT_COLUMNS)}."
)

_CODE_POINT_WIDTH: Final = 10
_CODE_POINT: Final = (0, 1, 2, 3, 8, 9)

# ONS renames its columns from release to release; the year in a name moves every year. The middle names are NSPL's
# until 2025.
_ONS: Final = (
    re.compile("pcds"),
    re.compile("osgrdind|gridind"),
    re.compile("oseast1m|east1m"),
    re.compile("osnrth1m|north1m"),
    re.compile("oslaua|laua|lad[0-9]{2}cd"),
    re.compile("osward|ward|wd[0-9]{2}cd"),
    re.compile("doterm"),
)
_ONS_POSTCODES: Final = frozenset({"pcd", "pcd2", "pcd7", "pcd8", "pcds"})
_ONS_UNLOCATED: Final = "9"
_POOREST: Final = "60"
_NOT_APPLICABLE: Final = re.compile("[A-Z]9{8}")

# Where an ONS directory's eastings and northings are not British National Grid: Irish Grid, or none at all.
_ELSEWHERE: Final = {"BT": "Northern Ireland", "GY": "Guernsey", "IM": "the Isle of Man", "JE": "Jersey"}


class Layout(Protocol):
    """One way to write postcodes down."""

    width: int
    names: Sequence[str]

    def cells(self, rows: Sequence[list[str]]) -> list[Sequence[str] | None]:
        """The seven cells of each row; None for one that is passed over, as are all that have not the width."""

    def columns(self, rows: Sequence[list[str]]) -> list[Sequence[str]] | None:
        """The seven cells of rows that all have the width, by column; None where each row must be looked at."""

    def summarise(self, report: Report) -> None:
        """Say what was passed over or supposed."""


@dataclass(slots=True)
class Plain:
    """Code-Point Open, and the extract that this project ships: cells that are in the right words already."""

    width: int
    names: Sequence[str]
    positions: Sequence[int]

    def cells(self, rows: Sequence[list[str]]) -> list[Sequence[str] | None]:
        """The seven cells; these layouts hold live postcodes only."""
        pick = itemgetter(*self.positions)
        return [(*pick(row), "") if len(row) == self.width else None for row in rows]

    def columns(self, rows: Sequence[list[str]]) -> list[Sequence[str]]:
        """The seven columns."""
        columns = list(zip(*rows, strict=True))
        return [*(columns[position] for position in self.positions), ("",) * len(rows)]

    def summarise(self, report: Report) -> None:
        """Nothing was supposed."""


@dataclass(slots=True)
class OnsDirectory:
    """ONSPD and NSPL in every generation of their headings."""

    width: int
    names: Sequence[str]
    positions: Sequence[int]
    elsewhere: Counter[str] = field(default_factory=Counter)
    unrated: int = 0
    retired: int = 0
    rows: int = 0

    def cells(self, rows: Sequence[list[str]]) -> list[Sequence[str] | None]:
        """The seven cells, quality times ten and "not applicable" left empty; None beyond Great Britain."""
        pick = itemgetter(*self.positions)
        return [self._in_our_words(pick(row)) if len(row) == self.width else None for row in rows]

    def columns(self, _: Sequence[list[str]]) -> None:
        """Rows elsewhere are passed over, and others put in our words."""

    def _in_our_words(self, given: Iterable[str]) -> list[str] | None:
        found = list(map(str.strip, given))
        if place := _ELSEWHERE.get(found[POSTCODE][:2]):
            self.elsewhere[place] += 1
            return None
        self.rows += 1
        self.retired += bool(found[RETIRED_ON])
        found[QUALITY] = self._quality(found[QUALITY])
        for position in (DISTRICT, WARD):
            if found[position].endswith("99999999") and _NOT_APPLICABLE.fullmatch(found[position]):
                found[position] = ""
        return found

    def summarise(self, report: Report) -> None:
        """Say which places were passed over, and warn of columns that are empty where they should not be."""
        for place, count in sorted(self.elsewhere.items()):
            one, more = f"postcode of {place} is left out: it is", f"postcodes of {place} are left out: they are"
            report.note(f"{one_or_more(count, one, more)} not on the British National Grid.")
        if self.rows and not self.retired:
            report.warning(
                "no postcode in the file has a date of termination, so live and retired ones cannot be told apart.",
                "Fetch the full directory from the ONS Open Geography Portal, unless this is what you want.",
                column=self.names[RETIRED_ON],
            )
        if self.unrated:
            report.warning(
                one_or_more(
                    self.unrated,
                    "postcode does not say how good its location is; it is taken as the poorest.",
                    "postcodes do not say how good their location is; they are taken as the poorest.",
                ),
                "Fetch the full directory from the ONS Open Geography Portal, unless this is what you want.",
                column=self.names[QUALITY],
            )

    def _quality(self, given: str) -> str:
        if given == _ONS_UNLOCATED:
            return str(NO_LOCATION)
        if not given:
            self.unrated += 1
            return _POOREST
        return f"{given}0"


def is_first_row(cells: Sequence[str]) -> bool:
    """Whether a row can only be the first of postcodes, in whatever layout."""
    columns = {cell.strip().lower() for cell in cells}
    is_heading = columns.issuperset(EXTRACT_COLUMNS) or _ONS_POSTCODES & columns
    return bool(is_heading) or _is_code_point(cells)


def layout_of(first: list[str], name: str, report: Report) -> tuple[Layout | None, bool]:
    """The layout that a first row belongs to, and whether that row is a heading.

    None, with the columns that are missing in the report, for a known layout that lacks some. Raises SourceError for
    one that is not known.
    """
    columns = [cell.strip().lower() for cell in first]
    if EXTRACT_COLUMNS[POSTCODE] in columns:
        return _extract(columns, name, report), True
    if _ONS_POSTCODES & set(columns):
        return _ons_directory(columns, name, report), True
    if _is_code_point(first):
        return code_point(), False
    if separated := other_separator(first):
        raise SourceError(f"{name}: {' '.join(separated)}")
    found = f"begins with {', '.join(columns[:6])!r}, which is no postcode layout known here" if columns else "is empty"
    sentence = f"{name} {found}. {REMEDY}"
    raise SourceError(sentence)


def code_point() -> Layout:
    """OS Code-Point Open: ten columns without a heading."""
    return Plain(_CODE_POINT_WIDTH, CELLS, _CODE_POINT)


def _is_code_point(first: Sequence[str]) -> bool:
    """Whether a first row is one of Code-Point Open, which may be faulty like any other."""
    if len(first) == _CODE_POINT_WIDTH and is_postcode(first[0]):
        return True
    return len(first) >= _CODE_POINT_WIDTH and all(first[cell].isdecimal() for cell in (QUALITY, EASTING, NORTHING))


def is_postcode(text: str) -> bool:
    """Whether a text can be read as a postcode."""
    try:
        Postcode.parse(text)
    except PostcodeMalformedError:
        return False
    return True


def _extract(columns: list[str], name: str, report: Report) -> Layout | None:
    missing = [wanted for wanted in EXTRACT_COLUMNS if wanted not in columns]
    _report_missing(missing, name, report)
    return None if missing else Plain(len(columns), CELLS, [columns.index(wanted) for wanted in EXTRACT_COLUMNS])


def _ons_directory(columns: list[str], name: str, report: Report) -> Layout | None:
    matches = [next((c for c in columns if pattern.fullmatch(c)), None) for pattern in _ONS]
    names = [match for match in matches if match is not None]
    _report_missing(
        [_spelled(pattern) for pattern, match in zip(_ONS, matches, strict=True) if match is None], name, report
    )
    return OnsDirectory(len(columns), names, [columns.index(each) for each in names]) if None not in matches else None


def _spelled(pattern: re.Pattern[str]) -> str:
    """The headings that a pattern stands for, as somebody would type them."""
    return pattern.pattern.replace("[0-9]{2}", "25").replace("|", " or ")


def _report_missing(columns: list[str], name: str, report: Report) -> None:
    for column in columns:
        report.error("a column is missing.", f"Add the column {column}.", file=name, row=1, column=column)
