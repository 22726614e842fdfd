"""Which column of a boundary file holds the ward's code, which its name and which its district, in any year."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from geodata.findings import Report

# The likeliest first; the first pattern that any column matches decides.
_CODE: Final = (r"wd[0-9]{2}cd", r"(?:ward[_ ]?)?gss[_ ]?(?:code|cd)", r"(?:ward|wd)[_ ]?(?:code|cd|id)", r"code")
_NAME: Final = (r"wd[0-9]{2}nm", r"(?:ward|wd)[_ ]?(?:name|nm)", r"ward", r"name")
_DISTRICT_CODE: Final = (
    r"lad[0-9]{2}cd",
    r"(?:lad|la|district|borough)[_ ]?(?:gss[_ ]?)?(?:code|cd)",
    r"wd[0-9]{2}cdo",
)
_DISTRICT_NAME: Final = (r"lad[0-9]{2}nm", r"(?:lad|la|district|borough)[_ ]?(?:name|nm)", r"district|borough")


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns by name, each empty for "find it" when given and for "there is none" once chosen."""

    code: str = ""
    name: str = ""
    district: str = ""
    district_name: str = ""


FIND_THEM: Final = Columns()
"""No column is given: each is found by its name."""


def choose(given: Columns, present: Sequence[str], report: Report) -> Columns:
    """The columns to read, those given before those found by pattern; doubt and absence go into the report."""
    district = _given(given.district, "--district-column", present, report)
    return Columns(
        _given(given.code, "--code-column", present, report) or _needed(_CODE, "code", present, report),
        _given(given.name, "--name-column", present, report) or _needed(_NAME, "name", present, report),
        district or _found(_DISTRICT_CODE, present)[0],
        "" if district else _found(_DISTRICT_NAME, present)[0],
    )


def holds_codes(given: Columns, present: Sequence[str]) -> bool:
    """Whether a layer with these columns can be one of wards."""
    return given.code in present if given.code else _found(_CODE, present) != [""]


def _given(column: str, option: str, present: Sequence[str], report: Report) -> str:
    if column and column not in present:
        report.error("the file has no such column.", f"Give {option} one of {_list(present)}.", column=column)
    return column


def _needed(patterns: Sequence[str], what: str, present: Sequence[str], report: Report) -> str:
    found = _found(patterns, present)
    if len(found) > 1:
        problem = f"several columns can be the ward's {what}: {_list(found)}."
        report.error(problem, f"Say which one with --{what}-column.", column=found[0])
    elif not found[0]:
        remedy = f"Say with --{what}-column which of {_list(present)} it is."
        report.error(f"no column is known to hold the ward's {what}.", remedy)
    return found[0]


def _found(patterns: Sequence[str], present: Sequence[str]) -> list[str]:
    """The columns that match the likeliest pattern that any matches; one empty name where none does."""
    for pattern in patterns:
        if matching := [column for column in present if re.fullmatch(pattern, column, re.IGNORECASE)]:
            return matching
    return [""]


def _list(names: Sequence[str]) -> str:
    return ", ".join(name[:40] for name in names[:12]) or "none"
