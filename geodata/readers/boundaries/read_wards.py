"""Boundary files of any format and vintage -> wards on the British National Grid, by the grid that they declare."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from geodata.findings import Report
from geodata.gss_code import gss_code_fault, is_gss_code
from geodata.progress import NO_PROGRESS, Progress, counted
from geodata.readers.boundaries.coordinate_grid import Placed, place
from geodata.readers.boundaries.layers import Contents, Drawn, Layer, read_contents
from geodata.readers.boundaries.messages import GEOJSON, KML
from geodata.readers.boundaries.polygon_repair import UnrepairableError, repair
from geodata.readers.boundaries.ward_columns import FIND_THEM, Columns, choose, holds_codes
from geodata.readers.sandbox.parent import Tell
from geodata.readers.supplied_files import STANDARD_LIMITS, Limits
from geodata.shipped_data import SHIPPED_FOLDER
from geodata.ward import District, Ward

_OLD_WARD_CODE: Final = re.compile(r"[0-9]{2}[A-Z]{2}[A-Z]{0,2}")
_OLD_DISTRICT_LENGTH: Final = 4
_ASK_AGAIN: Final = "Ask the supplier for the boundary again."
_NOTICEABLE_M2: Final = 1.0


def read_wards(  # noqa: PLR0913, PLR0917 - the last two are who is told, of the reading and of what follows
    path: Path,
    report: Report,
    columns: Columns = FIND_THEM,
    limits: Limits = STANDARD_LIMITS,
    tell: Tell = lambda _: None,
    progress: Progress = NO_PROGRESS,
) -> list[Ward]:
    """Every ward of a boundary file, zip or folder, faults collected in the report with the feature's number.

    Degrees are brought onto the grid by the path by which they left it. `tell` is told the share of the file that has
    been read, as quarantine.py says. Raises SourceError where the file as a whole cannot be read.
    """
    contents = read_contents(path, limits, tell)
    layer = _layer_of_wards(contents, columns, report)
    chosen = choose(columns, layer.columns, report) if layer.features else FIND_THEM
    if not layer.features and not report.errors:
        report.error("there is no ward in the file.", "Check that the right file was chosen.")
    if report.errors:
        return []
    placed = place(layer, report, is_geojson=contents.format == GEOJSON, progress=progress)
    gathering = _Gathering(report, chosen)
    drawn = counted(
        zip(layer.features, placed, strict=True), progress.start_step("wards mended where they need it", len(placed))
    )
    for number, (feature, geometry) in enumerate(drawn, start=1):
        gathering.add(number, feature, geometry)
    return list(gathering.wards.values())


def _layer_of_wards(contents: Contents, columns: Columns, report: Report) -> Layer:
    """The one layer that has ward codes; the folders of a KML document, which are layers to GDAL, taken together."""
    filled = [layer for layer in contents.layers if layer.features]
    if contents.format == KML and filled:
        return Layer("", filled[0].declared, filled[0].authority, [each for layer in filled for each in layer.features])
    likely = [layer for layer in filled if holds_codes(columns, layer.columns)] or filled
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
class _Gathering:
    """The wards of one file as they are read."""

    report: Report
    columns: Columns
    wards: dict[str, Ward] = field(default_factory=dict)

    def add(self, number: int, feature: Drawn, geometry: Placed) -> None:
        """Read one feature; what is wrong with it goes into the report with its number."""
        code = feature.values.get(self.columns.code, "")
        try:
            ward = self._read(code, feature, geometry, number)
        except (_FeatureError, UnrepairableError) as fault:
            remedy = fault.remedy if isinstance(fault, _FeatureError) else _ASK_AGAIN
            self.report.error(str(fault), remedy, row=number, column="feature", value=code)
            return
        if ward and self.wards.setdefault(code, ward) is not ward:
            remedy = "Keep one feature a ward."
            self.report.error("the ward stands in the file twice.", remedy, row=number, column="feature", value=code)

    def _read(self, code: str, feature: Drawn, geometry: Placed, number: int) -> Ward | None:
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
            return None  # the report says why no boundary could be placed
        polygon, changed = repair(geometry)
        if changed > _NOTICEABLE_M2:
            problem = f"the boundary was invalid; mending it changed {changed:,.0f} m²."
            self.report.warning(problem, "Look at the ward on a map.", row=number, column="feature", value=code)
        return Ward(code, name, self._district(feature), polygon)

    def _district(self, feature: Drawn) -> District:
        given = feature.values.get(self.columns.district, "")
        name = feature.values.get(self.columns.district_name, "")
        if _OLD_WARD_CODE.fullmatch(given):
            return _old_districts().get(given[:_OLD_DISTRICT_LENGTH], District("", name))
        return District(given, name) if is_gss_code(given) else District("", name or given)


@cache
def _old_districts() -> Mapping[str, District]:
    """Districts by the code they had until 2011, with which the ward codes of that time begin."""
    with (SHIPPED_FOLDER / "old_districts.csv").open(encoding="utf-8", newline="") as stream:
        return {row["old_code"]: District(row["gss_code"], row["name"]) for row in csv.DictReader(stream)}
