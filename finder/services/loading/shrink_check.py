"""Refuses a file without rows, and warns of one with many fewer than the release before it. Pure: no I/O."""

from typing import Final

from finder.domain.release import Part
from geodata.check_report import Report
from geodata.plurals import count_of

_MAX_SHARE_GONE: Final = 0.1
_ROW_NAMES: Final = {
    Part.POSTCODES: "postcode",
    Part.WARDS: "ward",
    Part.TEAMS: "team",
    Part.COVERAGE: "coverage row",
    Part.OFFICERS: "officer",
    Part.PRIORITIES: "priority",
    Part.SURGERIES: "surgery",
}


def refuse_empty(part: Part, rows: int, report: Report) -> None:
    """Adds an error if a file has no rows, unless rows were refused: it would empty a whole part of the directory."""
    if not rows and not report.errors:
        report.error(
            f"the file has no {_ROW_NAMES[part]}: loading it would remove every one.",
            "Check that it is the right file. If all are to be removed, load it with --empty.",
        )


def warn_if_shrunk(part: Part, before: int, after: int, report: Report) -> None:
    """Adds a warning if more than a tenth of the rows are gone, unless rows were refused: those are missing too."""
    if after < before * (1 - _MAX_SHARE_GONE) and not report.errors:
        rows = count_of(after, _ROW_NAMES[part])
        report.warning(
            f"the file has {rows}, the release before it {before:,}: more than a tenth are gone.",
            "If that is not meant, the file is cut short or covers less than it should.",
        )
