"""Checks one postcode row: decides which rows are accepted, and what is reported about a fault."""

from collections.abc import Sequence
from typing import NamedTuple

from geodata.errors import PostcodeMalformedError
from geodata.points_and_extents import GridPoint
from geodata.postcode import Postcode, is_postcode
from geodata.postcode_location import EAST_EDGE, NORTH_EDGE, QUALITIES, PostcodeLocation
from geodata.readers.postcodes.column_checks import is_code_or_empty, is_month
from geodata.readers.postcodes.layout import CELLS, DISTRICT, EASTING, NORTHING, POSTCODE, QUALITY, RETIRED_ON, WARD
from geodata.readers.postcodes.seen_postcodes import SeenPostcodes


class CellFault(NamedTuple):
    """What is wrong with which of the seven cells of a row, and what to do."""

    cell: int
    problem: str
    remedy: str


def check_row(cells: Sequence[str], seen: SeenPostcodes) -> PostcodeLocation | CellFault:
    """The location of a row, or its first fault."""
    location = _parse(cells)
    if location is None:
        return _unparsed_cell(cells)
    return _find_fault(location, seen) or location


def _parse(cells: Sequence[str]) -> PostcodeLocation | None:
    try:
        return PostcodeLocation(
            Postcode.parse(cells[POSTCODE]),
            GridPoint(int(cells[EASTING]), int(cells[NORTHING])),
            int(cells[QUALITY]),
            cells[DISTRICT],
            cells[WARD],
            int(cells[RETIRED_ON] or 0),
        )
    except (PostcodeMalformedError, ValueError):
        return None


def _unparsed_cell(cells: Sequence[str]) -> CellFault:
    """The fault of a row that cannot be parsed."""
    if not is_postcode(cells[POSTCODE]):
        return CellFault(POSTCODE, "not a postcode.", "Write it like B2 4QA.")
    cell = next(i for i in (QUALITY, EASTING, NORTHING, RETIRED_ON) if not _is_whole_number(cells[i]))
    return CellFault(cell, "not a whole number.", "Write it in digits alone.")


def _find_fault(location: PostcodeLocation, seen: SeenPostcodes) -> CellFault | None:
    point = location.point
    if location.postcode in seen:
        return CellFault(POSTCODE, "the postcode stands in the file twice.", "Keep the row that is right.")
    if location.positional_quality not in QUALITIES:
        remedy = "It is 10, 20, 30, 40, 50, 60, or 90 for no location."
        return CellFault(QUALITY, "no such positional quality.", remedy)
    for cell, value, edge in ((EASTING, point.easting, EAST_EDGE), (NORTHING, point.northing, NORTH_EDGE)):
        if not 0 < value < edge:
            problem = f"the {CELLS[cell]} is outside Great Britain."
            return CellFault(cell, problem, f"It is in metres, 0 to {edge}.")
    for cell, code in ((DISTRICT, location.district), (WARD, location.ward)):
        if not is_code_or_empty(code):
            remedy = "It is a letter and eight digits, like E05011151, or empty."
            return CellFault(cell, "not a GSS code.", remedy)
    if location.retired_on and not is_month(location.retired_on):
        remedy = "It is written YYYYMM, like 202103, or empty while the postcode is live."
        return CellFault(RETIRED_ON, "not a month.", remedy)
    return None


def _is_whole_number(text: str) -> bool:
    try:
        int(text)
    except ValueError:  # also for thousands of digits, which Python refuses
        return False
    return True
