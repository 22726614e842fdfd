"""A boundary file of any supported format and year -> wards on the British National Grid."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from geodata.check_report import Report
from geodata.gss_code import gss_code_fault, is_gss_code
from geodata.progress import NO_PROGRESS, Progress, counted
from geodata.readers.boundaries.districts_before_2011 import read_old_districts
from geodata.readers.boundaries.layers import BoundaryFile, Feature, Layer, read_layers
from geodata.readers.boundaries.national_grid import Placed, place_on_grid
from geodata.readers.boundaries.polygon_repair import UnrepairableError, repair
from geodata.readers.boundaries.ward_columns import ANY_COLUMNS, WardColumns, choose_columns, has_ward_codes
from geodata.readers.file_formats import GEOJSON, KML
from geodata.readers.source_limits import DEFAULT_LIMITS, SourceLimits
from geodata.readers.supplied_files import start_reading_step
from geodata.ward import District, Ward

_OLD_WARD_CODE: Final = re.compile(r"[0-9]{2}[A-Z]{2}[A-Z]{0,2}")
_OLD_DISTRICT_CODE_LENGTH: Final = 4
_ASK_AGAIN: Final = "Ask the supplier for the boundary again."
_REPORTED_REPAIR_M2: Final = 1.0


def read_wards(
    path: Path,
    report: Report,
    columns: WardColumns = ANY_COLUMNS,
    limits: SourceLimits = DEFAULT_LIMITS,
    progress: Progress = NO_PROGRESS,
) -> list[Ward]:
    """Every ward of a boundary file, zip or folder. Faults are reported with the number of the feature.

    Degrees are brought onto the grid by reversing the transformation that made them. Raises SourceError if the file as
    a whole cannot be read.
    """
    file = read_layers(path, limits, start_reading_step("wards", path, progress))
    layer = _find_layer(file, columns, report)
    chosen = choose_columns(columns, layer.columns, report) if layer.features else ANY_COLUMNS
    if not layer.features and not report.errors:
        report.error("there is no ward in the file.", "Check that the right file was chosen.")
    if report.errors:
        return []
    placed = place_on_grid(layer, report, is_geojson=file.format == GEOJSON, progress=progress)
    builder = _WardBuilder(report, chosen)
    step = progress.start_step("wards mended where they need it", len(placed))
    for number, (feature, geometry) in enumerate(counted(zip(layer.features, placed, strict=True), step), start=1):
        builder.add(number, feature, geometry)
    return list(builder.wards.values())


def _find_layer(file: BoundaryFile, columns: WardColumns, report: Report) -> Layer:
    """The one layer with ward codes. GDAL gives each folder of a KML document as a layer; these are joined to one."""
    filled = [layer for layer in file.layers if layer.features]
    if file.format == KML and filled:
        features = [each for layer in filled for each in layer.features]
        return Layer("", filled[0].declared_crs, filled[0].crs_code, features)
    likely = [layer for layer in filled if has_ward_codes(columns, layer.columns)] or filled
    if len(likely) > 1:
        names = ", ".join(layer.name for layer in likely[:5])
        report.error(f"several layers can be the wards: {names}.", "Export the one that is meant to a file of its own.")
    return likely[0] if likely else Layer("", "", "", [])


class _FeatureError(Exception):
    """What is wrong with one feature."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(problem)


@dataclass(slots=True)
class _WardBuilder:
    """Makes wards of the features of one file."""

    report: Report
    columns: WardColumns
    wards: dict[str, Ward] = field(default_factory=dict)

    def add(self, number: int, feature: Feature, geometry: Placed) -> None:
        """Make a ward of a feature, or report what is wrong with the feature of that number."""
        code = feature.values.get(self.columns.code, "")
        try:
            ward = self._build(code, feature, geometry, number)
        except (_FeatureError, UnrepairableError) as fault:
            remedy = fault.remedy if isinstance(fault, _FeatureError) else _ASK_AGAIN
            self.report.error(str(fault), remedy, row=number, column="feature", value=code)
            return
        if ward and self.wards.setdefault(code, ward) is not ward:
            remedy = "Keep one feature a ward."
            self.report.error("the ward stands in the file twice.", remedy, row=number, column="feature", value=code)

    def _build(self, code: str, feature: Feature, geometry: Placed, number: int) -> Ward | None:
        name = feature.values.get(self.columns.name, "")
        if not code:
            raise _FeatureError("no ward code.", "Give each ward its GSS code, like E05011151.")
        if fault := gss_code_fault(code):
            raise _FeatureError(*fault)
        if not name:
            raise _FeatureError("the ward has no name.", "Give each ward its name.")
        if isinstance(geometry, str):
            raise _FeatureError(geometry, _ASK_AGAIN)
        if geometry is None:
            return None  # place_on_grid has reported why
        polygon, changed_m2 = repair(geometry)
        if changed_m2 > _REPORTED_REPAIR_M2:
            problem = f"the boundary was invalid; mending it changed {changed_m2:,.0f} m²."
            self.report.warning(problem, "Look at the ward on a map.", row=number, column="feature", value=code)
        return Ward(code, name, self._district(feature), polygon)

    def _district(self, feature: Feature) -> District:
        given = feature.values.get(self.columns.district, "")
        name = feature.values.get(self.columns.district_name, "")
        if _OLD_WARD_CODE.fullmatch(given):
            return read_old_districts().get(given[:_OLD_DISTRICT_CODE_LENGTH], District("", name))
        return District(given, name) if is_gss_code(given) else District("", name or given)
