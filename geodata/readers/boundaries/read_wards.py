"""A boundary file of any supported format and year -> wards on the British National Grid."""

from pathlib import Path
from typing import Final

from geodata.check_report import Report
from geodata.progress import NO_PROGRESS, Progress, counted
from geodata.readers.boundaries.build_wards import WardBuilder
from geodata.readers.boundaries.layers import BoundaryFile, Layer, read_layers
from geodata.readers.boundaries.national_grid import place_on_grid
from geodata.readers.boundaries.ward_columns import ANY_COLUMNS, choose_columns
from geodata.readers.boundaries.ward_file_options import NO_OPTIONS, WardFileOptions
from geodata.readers.file_formats import GEOJSON, TOPOJSON
from geodata.readers.source_limits import DEFAULT_LIMITS, SourceLimits
from geodata.readers.supplied_files import start_reading_step
from geodata.ward import Ward

_LISTED: Final = 10


def read_wards(
    path: Path,
    report: Report,
    options: WardFileOptions = NO_OPTIONS,
    limits: SourceLimits = DEFAULT_LIMITS,
    progress: Progress = NO_PROGRESS,
) -> list[Ward]:
    """Every ward of a boundary file, zip or folder. Faults are reported with the number of the feature.

    Degrees are brought onto the grid by reversing the transformation that made them. Raises SourceError if the file as
    a whole cannot be read.
    """
    file = read_layers(path, limits, options, start_reading_step("wards", path, progress))
    _report_findings(file, report)
    layer = _join_layers(file, report)
    chosen = choose_columns(options.columns, layer.columns, report) if layer.features else ANY_COLUMNS
    if not layer.features and not report.errors:
        report.error("there is no ward in the file.", "Check that the right file was chosen.")
    if report.errors:
        return []
    placed = place_on_grid(layer, report, is_geojson=file.format in {GEOJSON, TOPOJSON}, progress=progress)
    builder = WardBuilder(report, chosen)
    step = progress.start_step("wards mended where they need it", len(placed))
    for number, (feature, geometry) in enumerate(counted(zip(layer.features, placed, strict=True), step), start=1):
        builder.add(number, feature, geometry)
    return builder.finish()


def _report_findings(file: BoundaryFile, report: Report) -> None:
    for each in file.findings:
        if each.remedy:
            report.warning(each.problem, each.remedy, column="encoding")
        else:
            report.note(each.problem)
    if file.layers_left:
        names, left = ", ".join(file.layers_read), ", ".join(file.layers_left[:_LISTED])
        report.note(f"the wards are those of the layer {names}. --layer takes another: {left}.")


def _join_layers(file: BoundaryFile, report: Report) -> Layer:
    """The features of all layers that were read as one layer."""
    filled = [layer for layer in file.layers if layer.features]
    if len({layer.declared_crs for layer in filled}) > 1:
        report.error("the layers declare different grids.", "Load a file in which all have the same.", column="crs")
    if not filled:
        return Layer("", "", "", [])
    features = [each for layer in filled for each in layer.features]
    return Layer(filled[0].name, filled[0].declared_crs, filled[0].crs_code, features)
