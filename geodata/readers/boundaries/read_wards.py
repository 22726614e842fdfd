"""A boundary file of any supported format and year -> wards on the British National Grid."""

from pathlib import Path

from geodata.check_report import Report
from geodata.progress import NO_PROGRESS, Progress, counted
from geodata.readers.boundaries.build_wards import WardBuilder
from geodata.readers.boundaries.layers import BoundaryFile, Layer, read_layers
from geodata.readers.boundaries.national_grid import place_on_grid
from geodata.readers.boundaries.ward_columns import ANY_COLUMNS, WardColumns, choose_columns, has_ward_codes
from geodata.readers.file_formats import GEOJSON, KML
from geodata.readers.source_limits import DEFAULT_LIMITS, SourceLimits
from geodata.readers.supplied_files import start_reading_step
from geodata.ward import Ward


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
    builder = WardBuilder(report, chosen)
    step = progress.start_step("wards mended where they need it", len(placed))
    for number, (feature, geometry) in enumerate(counted(zip(layer.features, placed, strict=True), step), start=1):
        builder.add(number, feature, geometry)
    return builder.finish()


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
