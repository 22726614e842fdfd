"""Which columns of a boundary file hold the ward's code and name and its district's code and name, in any year."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from geodata.check_report import Report
from geodata.readers.boundaries.boundary_line_names import FILE_NAME_COLUMN

# The likeliest first; the first pattern that any column matches decides.
_CODE: Final = (
    r"wd[0-9]{2}cd",
    r"(?:ward[_ ]?)?gss[_ ]?(?:code|cd)",
    r"(?:ward|wd)[_ ]?(?:code|cd|id)",
    r"census[_ ]?code",
    r"code",
)
_NAME: Final = (r"wd[0-9]{2}nm", r"(?:ward|wd)[_ ]?(?:name|nm)", r"ward", r"name")
_DISTRICT_CODE: Final = (
    r"lad[0-9]{2}cd",
    r"(?:lad|la|district|borough)[_ ]?(?:gss[_ ]?)?(?:code|cd)",
    r"wd[0-9]{2}cdo",
)
_DISTRICT_NAME: Final = (
    r"lad[0-9]{2}nm",
    r"(?:lad|la|district|borough)[_ ]?(?:name|nm)",
    r"district|borough",
    FILE_NAME_COLUMN,
)


@dataclass(frozen=True, slots=True)
class WardColumns:
    """Column names. An empty name means "find the column" in a request, and "there is none" in a choice."""

    code: str = ""
    name: str = ""
    district: str = ""
    district_name: str = ""


ANY_COLUMNS: Final = WardColumns()
"""A request without names: every column is found by its usual names."""


@dataclass(frozen=True, slots=True)
class UsualColumns:
    """The columns of a table that have a usual name; several only where it is not known which one is meant."""

    codes: Sequence[str]
    names: Sequence[str]
    district_codes: Sequence[str]
    district_names: Sequence[str]

    @classmethod
    def of(cls, present: Sequence[str]) -> Self:
        """Those among the columns that are there."""
        patterns = (_CODE, _NAME, _DISTRICT_CODE, _DISTRICT_NAME)
        return cls(*([column for column in _find_all(each, present) if column] for each in patterns))


def choose_columns(
    requested: WardColumns, present: Sequence[str], report: Report, *, with_codes: bool = True
) -> WardColumns:
    """The columns to read: a requested one, else one that has a usual name. Reports missing and ambiguous columns.

    Without `with_codes` no column of codes is looked for.
    """
    district = _requested(requested.district, "--district-column", present, report)
    return WardColumns(
        _code_column(requested, present, report) if with_codes else "",
        _requested(requested.name, "--name-column", present, report) or _find_one(_NAME, "name", present, report),
        district or _find_all(_DISTRICT_CODE, present)[0],
        "" if district else _find_all(_DISTRICT_NAME, present)[0],
    )


def has_ward_codes(requested: WardColumns, present: Sequence[str]) -> bool:
    """Whether a layer with these columns can hold wards."""
    return requested.code in present if requested.code else _find_all(_CODE, present) != [""]


def _code_column(requested: WardColumns, present: Sequence[str], report: Report) -> str:
    given = _requested(requested.code, "--code-column", present, report)
    return given or _find_one(_CODE, "code", present, report, ", or give a table of names and codes with --codes-from")


def _requested(column: str, option: str, present: Sequence[str], report: Report) -> str:
    if column and column not in present:
        report.error("the file has no such column.", f"Give {option} one of {_list(present)}.", column=column)
    return column


def _find_one(patterns: Sequence[str], what: str, present: Sequence[str], report: Report, else_: str = "") -> str:
    found = _find_all(patterns, present)
    if len(found) > 1:
        problem = f"several columns can be the ward's {what}: {_list(found)}."
        report.error(problem, f"Say which one with --{what}-column.", column=found[0])
    elif not found[0]:
        remedy = f"Say with --{what}-column which of {_list(present)} it is{else_}."
        report.error(f"no column is known to hold the ward's {what}.", remedy)
    return found[0]


def _find_all(patterns: Sequence[str], present: Sequence[str]) -> list[str]:
    """The columns that match the first pattern that any column matches; a single "" if none matches."""
    for pattern in patterns:
        if matching := [column for column in present if re.fullmatch(pattern, column, re.IGNORECASE)]:
            return matching
    return [""]


def _list(names: Sequence[str]) -> str:
    return ", ".join(name[:40] for name in names[:12]) or "none"
