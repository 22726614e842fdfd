"""`finder load`: a file becomes a staged release, with a progress bar and every fault found."""

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from finder import show
from finder.cli.application import (
    AcceptWarnings,
    DataDir,
    app,
    err,
    loaded_by,
    on_database,
    out,
    say_waiting,
    settings_for,
)
from finder.cli.publishing import make, plan_with_progress
from finder.domain.release import Kind, Part
from finder.domain.surgery import LONDON
from finder.errors import PublishRefusedError
from finder.reports import bars, plain
from finder.services.load import CheckFailedError, Load, Loaded, load
from finder.services.publish import Plan
from finder.settings import Settings
from finder.storage.connect import Connection
from geodata.places import Places
from geodata.report import Report
from geodata.sources.columns import FIND_THEM, Columns
from geodata.sources.supplied import Limits


@app.command(
    name="load",
    epilog="Examples: finder load postcodes codepo_gb.zip --check    finder load officers officers.csv --publish",
)
def load_command(  # noqa: PLR0913 - a command has as many options as its users need
    part: Annotated[Part, typer.Argument(help="What the file holds.", show_default=False)],
    file: Annotated[Path, typer.Argument(help="The file.", show_default=False)],
    *,
    check: Annotated[bool, typer.Option("--check", help="Read and check only; stage nothing.")] = False,
    go_on: Annotated[bool, typer.Option("--publish", help="Publish at once if nothing stands against it.")] = False,
    accept_warnings: AcceptWarnings = False,
    team: Annotated[list[str] | None, typer.Option(help="Replace only this team's rows; may be repeated.")] = None,
    code_column: Annotated[str, typer.Option(help="Wards: the column of the GSS codes.")] = "",
    name_column: Annotated[str, typer.Option(help="Wards: the column of the names.")] = "",
    district_column: Annotated[str, typer.Option(help="Wards: the column of the districts, code or name.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print what the checks found as JSON.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write what they found to this file as a page, to mail.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Read a file, check it, and stage it as a release. All or nothing."""
    if team and part.kind is not Kind.DIRECTORY:
        message = "only a part of the directory has rows of teams."
        raise typer.BadParameter(message, param_hint="--team")
    today = datetime.now(LONDON).date()
    columns = Columns(code_column, name_column, district_column)
    if columns != FIND_THEM and part is not Part.WARDS:
        message = "only a file of wards has them."
        raise typer.BadParameter(message, param_hint="--code-column, --name-column, --district-column")
    limits = _limits(settings_for(data_dir))
    teams = frozenset(team or ())
    job = Load(part, file, loaded_by(), check_only=check, teams=teams, today=today, columns=columns, limits=limits)
    places = Places.read()

    async def run(connection: Connection) -> None:
        reports = _Reports(as_json=as_json, html=html)
        try:
            loaded = await load_with_progress(connection, job, places, quiet=as_json)
        except CheckFailedError as refusal:
            reports.write(refusal.report, None, None)
            raise
        compared = await _compare(connection, loaded, places) if html else None
        reports.write(loaded.report, loaded, compared)
        if go_on and loaded.release:
            plan = compared or await plan_with_progress(connection, [loaded.release.id], places)
            await make(connection, plan, accept_warnings=accept_warnings, note=f"load {part} {file.name}")

    on_database(data_dir, run)


def _limits(settings: Settings) -> Limits:
    return Limits(
        wards_mb=settings.load_wards_mb,
        postcodes_mb=settings.load_postcodes_mb,
        features=settings.load_features,
        memory_mb=settings.load_memory_mb,
        seconds=settings.load_seconds,
    )


@dataclass(frozen=True, slots=True)
class _Reports:
    """Where a load's report is wanted beside the terminal."""

    as_json: bool
    html: Path | None

    def write(self, report: Report, loaded: Loaded | None, plan: Plan | None) -> None:
        if self.as_json:
            sys.stdout.write(json.dumps(plain.load(report, loaded), indent=2) + "\n")
        if self.html:
            from finder.reports import page  # noqa: PLC0415 - Jinja takes time to import, and few loads want a page

            self.html.write_text(page.load_page(report, loaded, plan, datetime.now(UTC)), encoding="utf-8")


async def load_with_progress(connection: Connection, job: Load, places: Places, *, quiet: bool = False) -> Loaded:
    """Load a file with a progress bar, and say what came of it unless it is to be quiet. Raises as `load` does."""
    with bars.progress(err) as begin:
        loaded = await load(connection, job, places, begin, say_waiting)
    if not quiet:
        show.findings(err, loaded.report)
        show.loaded(out, job, loaded)
    return loaded


async def _compare(connection: Connection, loaded: Loaded, places: Places) -> Plan | None:
    """What publishing the release would change; None while it cannot be published."""
    try:
        return await plan_with_progress(connection, [loaded.release.id], places) if loaded.release else None
    except PublishRefusedError:
        return None  # other kinds are still to be loaded, or it is live already
