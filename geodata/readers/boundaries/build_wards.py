"""Features of a boundary file, placed on the grid -> wards. The features of one ward are merged."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import shapely
from shapely import MultiPolygon, Polygon

from geodata.check_report import Report
from geodata.district import District
from geodata.gss_code import gss_code_fault
from geodata.plurals import count_of, one_or_more
from geodata.readers.boundaries.boundary_line_names import end_in_ward, without_ward
from geodata.readers.boundaries.feature_names import code_of, district_of
from geodata.readers.boundaries.geometries_onto_grid import Placed
from geodata.readers.boundaries.layers import Feature
from geodata.readers.boundaries.polygon_repair import UnrepairableError, repair
from geodata.readers.boundaries.ward_codes import ListedWard, NoCode
from geodata.readers.boundaries.ward_columns import WardColumns
from geodata.unreadable_characters import unreadable_in
from geodata.ward import Ward
from geodata.ward_checks.garbled_names import check_name

_ASK_AGAIN: Final = "Ask the supplier for the boundary again."
_REPORTED_REPAIR_M2: Final = 1.0
_REPORTED_OVERLAP_M2: Final = 10.0
_LISTED: Final = 5


class _FeatureError(Exception):
    """What is wrong with one feature."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(problem)


@dataclass(slots=True)
class _Collected:
    """A ward as its first feature has it, and the numbers and polygons of all its features."""

    ward: Ward
    numbers: list[int]
    polygons: list[Polygon | MultiPolygon]


@dataclass(slots=True)
class WardBuilder:
    """Makes wards of the features of one file; `listed` are their codes if the file has none, in the same order."""

    report: Report
    columns: WardColumns
    listed: Sequence[ListedWard | NoCode] = ()
    _wards: dict[str, _Collected] = field(default_factory=dict)
    _respelt: int = 0

    def add(self, number: int, feature: Feature, geometry: Placed) -> None:
        """Take a feature, or report what is wrong with the feature of that number."""
        given = feature.values.get(self.columns.name if self.listed else self.columns.code, "")
        try:
            ward = self._build(feature, geometry, number)
        except (_FeatureError, UnrepairableError) as fault:
            remedy = fault.remedy if isinstance(fault, _FeatureError) else _ASK_AGAIN
            self.report.error(str(fault), remedy, row=number, column="feature", value=given)
            return
        if ward:
            self._respelt += not self.listed and ward.gss_code != given
            check_name(ward.name, self.report, number)
            self._collect(number, ward)

    def finish(self) -> list[Ward]:
        """The wards, each with the ground of all its features."""
        if self._respelt:
            codes = count_of(self._respelt, "GSS code")
            self.report.note(f"{codes} with small letters or spaces: read in capitals and without spaces.")
        several = [each for each in self._wards.values() if len(each.polygons) > 1]
        if several:
            self._note_merged(several)
        wards = [self._merge(each) if len(each.polygons) > 1 else each.ward for each in self._wards.values()]
        if not end_in_ward([ward.name for ward in wards]):
            return wards
        self.report.note('the names end in "Ward", as in Boundary-Line; it was left out of them.')
        return [replace(ward, name=without_ward(ward.name)) for ward in wards]

    def _build(self, feature: Feature, geometry: Placed, number: int) -> Ward | None:
        name = feature.values.get(self.columns.name, "")
        if not name and self.listed:
            raise _FeatureError("the ward has no name.", "Give each ward its name.")
        code, district = self._code_and_district(feature, number)
        if not name:
            raise _FeatureError("the ward has no name.", "Give each ward its name.")
        _require_readable(name, district.name)
        if isinstance(geometry, str):
            raise _FeatureError(geometry, _ASK_AGAIN)
        if geometry is None:
            return None  # place_on_grid has reported why
        polygon, changed_m2 = repair(geometry)
        if changed_m2 > _REPORTED_REPAIR_M2:
            problem = f"the boundary was invalid; mending it changed {changed_m2:,.0f} m²."
            self.report.warning(problem, "Look at the ward on a map.", row=number, column="feature", value=code)
        return Ward(code, name, district, polygon)

    def _code_and_district(self, feature: Feature, number: int) -> tuple[str, District]:
        district = district_of(feature, self.columns)
        if self.listed:
            listed = self.listed[number - 1]
            if isinstance(listed, NoCode):
                raise _FeatureError(*listed)
            return listed.gss_code, district if district.gss_code or district.name else listed.district
        code = code_of(feature.values.get(self.columns.code, ""))
        if not code:
            raise _FeatureError("no ward code.", "Give each ward its GSS code, like E05011151.")
        if fault := gss_code_fault(code):
            raise _FeatureError(*fault)
        return code, district

    def _collect(self, number: int, ward: Ward) -> None:
        known = self._wards.setdefault(ward.gss_code, _Collected(ward, [], []))
        if (known.ward.name.casefold(), known.ward.district) != (ward.name.casefold(), ward.district):
            problem = f"the code stands in the file twice: as {_described(known.ward)} and as {_described(ward)}."
            remedy = "Give each ward its own code. Features of one ward are merged if they have the same name."
            self.report.error(problem, remedy, row=number, column="feature", value=ward.gss_code)
            return
        known.numbers.append(number)
        known.polygons.append(ward.polygon)

    def _note_merged(self, several: list[_Collected]) -> None:
        shown = [
            f"{each.ward.gss_code} {each.ward.name} (features {_list(each.numbers)})" for each in several[:_LISTED]
        ]
        more = f" and {len(several) - _LISTED:,} more" if len(several) > _LISTED else ""
        lie = one_or_more(len(several), "ward lies", "wards lie")
        self.report.note(f"{lie} in several features, which were merged: {', '.join(shown)}{more}.")

    def _merge(self, collected: _Collected) -> Ward:
        """The ward with the union of its polygons. Warns of features that overlap and are not the same twice."""
        union = repair(shapely.union_all(collected.polygons)).polygon
        overlap_m2 = sum(each.area for each in _distinct(collected.polygons)) - union.area
        if overlap_m2 > _REPORTED_OVERLAP_M2:
            problem = f"features of one ward overlap by {overlap_m2:,.0f} m²; they were merged."
            remedy = "Look at the ward on a map; two years of it may be in the file."
            value = collected.ward.gss_code
            self.report.warning(problem, remedy, row=collected.numbers[-1], column="feature", value=value)
        return replace(collected.ward, polygon=union)


def _require_readable(*names: str) -> None:
    if unreadable := next(filter(None, map(unreadable_in, names)), ""):
        raise _FeatureError(f"a name has a control character, {unreadable}.", "Ask the supplier for the names again.")


def _distinct(polygons: list[Polygon | MultiPolygon]) -> list[Polygon | MultiPolygon]:
    """The polygons without those that are the same as an earlier one."""
    distinct: list[Polygon | MultiPolygon] = []
    for polygon in polygons:
        if not any(polygon.equals(other) for other in distinct):
            distinct.append(polygon)
    return distinct


def _described(ward: Ward) -> str:
    district = ward.district.name or ward.district.gss_code
    return f"{ward.name} ({district})" if district else ward.name


def _list(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:_LISTED])) + (", …" if len(numbers) > _LISTED else "")
