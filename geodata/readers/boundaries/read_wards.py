"""A boundary file of any supported format and year -> wards on the British National Grid."""

from pathlib import Path
from typing import Final

from geodata.check_report import Report
from geodata.gss_code import gss_code_fault
from geodata.progress import NO_PROGRESS, Progress, counted
from geodata.readers.boundaries.build_wards import WardBuilder
from geodata.readers.boundaries.feature_names import code_of, named_wards
from geodata.readers.boundaries.geometries_onto_grid import place_on_grid
from geodata.readers.boundaries.layers import BoundaryFile, Layer, read_layers
from geodata.readers.boundaries.ward_columns import ANY_COLUMNS, WardColumns, choose_columns
from geodata.readers.boundaries.ward_file_options import NO_OPTIONS, WardFileOptions
from geodata.readers.file_formats import GEOJSON, TOPOJSON
from geodata.readers.source_limits import DEFAULT_LIMITS, SourceLimits
from geodata.readers.supplied_files import start_reading_step
from geodata.ward import Ward

_LISTED: Final = 10
_SHOWN: Final = 3
_LIMITS_OF_SERVERS: Final = frozenset({1_000, 2_000})


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
    with_codes = options.codes is None
    chosen = ANY_COLUMNS
    if layer.features:
        chosen = choose_columns(options.columns, layer.columns, report, with_codes=with_codes)
    if not layer.features and not report.errors:
        report.error("there is no ward in the file.", "Check that the right file was chosen.")
    _warn_of_a_limit(len(layer.features), report)
    if report.errors or not _has_codes(layer, chosen, options, report):
        return []
    placed = place_on_grid(layer, report, is_geojson=file.format in {GEOJSON, TOPOJSON}, progress=progress)
    listed = options.codes.find_all(named_wards(layer.features, chosen)) if options.codes else ()
    builder = WardBuilder(report, chosen, listed)
    step = progress.start_step("wards mended where they need it", len(placed))
    for number, (feature, geometry) in enumerate(counted(zip(layer.features, placed, strict=True), step), start=1):
        builder.add(number, feature, geometry)
    if options.codes:
        options.codes.report_use(listed, report)
    return builder.finish()


def _warn_of_a_limit(count: int, report: Report) -> None:
    """Warn of a number of features that is rarely chance: map servers stop there, and older ones do not say so."""
    if count in _LIMITS_OF_SERVERS:
        problem = f"the file has exactly {count:,} features, the number after which many map servers stop."
        report.warning(problem, "Check on the server that it has no more.", column="feature")


def _has_codes(layer: Layer, chosen: WardColumns, options: WardFileOptions, report: Report) -> bool:
    """Whether any feature has a GSS code; if none has, that is reported once and not for each."""
    given = [feature.values.get(chosen.code, "") for feature in layer.features]
    if options.codes or len(given) == 1 or any(gss_code_fault(code_of(code)) is None for code in given):
        return True
    shown = ", ".join(dict.fromkeys(code[:20] for code in given[:_SHOWN] if code)) or "nothing"
    remedy = "Say with --code-column which column has codes like E05011151, or give a table of codes with --codes-from."
    report.error(f"no feature has a GSS code of a ward: there is {shown}.", remedy, column=chosen.code)
    return False


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
