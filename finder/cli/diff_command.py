"""`finder diff`: what publishing staged releases would change."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from finder.cli.database import on_database
from finder.cli.options import AsJson, DataDir, Releases
from finder.cli.output_files import writable, writing
from finder.cli.publish_plan import plan_with_progress
from finder.cli.terminal import err, out
from finder.reports import json_report
from finder.reports.terminal.show_load import show_findings
from finder.reports.terminal.show_plan import show_plan
from finder.storage.connections import Server
from geodata.police_forces import PoliceForces

commands = typer.Typer()


@commands.command(
    name="diff", epilog="Examples: finder diff    finder diff wards-12 --csv moved.csv --html changes.html"
)
def diff_command(
    releases: Releases = None,
    *,
    as_json: AsJson = False,
    csv: Annotated[
        Path | None, typer.Option(help="Write the postcodes that change to this file.", callback=writable)
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a page with a map to this file, to mail.", callback=writable)
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Show what publishing staged releases would change, before anything is live."""
    forces = PoliceForces.read()
    plan = on_database(
        data_dir,
        lambda connection: plan_with_progress(connection, releases or [], forces),
        server=Server.PRIMARY_FIRST,
    )
    if csv:
        with writing(csv):
            json_report.write_moves(plan.difference.postcodes.moves, csv)
    if html:
        from finder.reports import html_report  # noqa: PLC0415 - Jinja takes time to import, and few want a page

        with writing(html):
            html.write_text(html_report.plan_page(plan, datetime.now(UTC)), encoding="utf-8")
    if as_json:
        sys.stdout.write(json.dumps(json_report.plan(plan), indent=2) + "\n")
        return
    show_plan(out, plan, full=True)
    show_findings(err, plan.warnings)
