"""`finder coverage-draft`: writes a coverage file to correct and load before new wards are published."""

import csv
from pathlib import Path
from typing import Annotated

import typer

from finder.cli.database import on_database
from finder.cli.options import DataDir, Releases
from finder.cli.output_files import writable, writing
from finder.cli.publish_plan import plan_with_progress
from finder.cli.terminal import out
from finder.errors import PublishRefusedError
from finder.reports.terminal.show_plan import show_proposals
from finder.services.publishing.draft_coverage import coverage_rows, propose
from finder.storage.connections import Connection, Server
from geodata.police_forces import PoliceForces

commands = typer.Typer()


def _new(file: Path) -> Path:
    """Returns the path if no file is there, else raises BadParameter: staff may have corrected an earlier draft."""
    if file.is_file() and file.stat().st_size > 0:
        message = f"{file} is there already, and may have been corrected. Name another, or remove it."
        raise typer.BadParameter(message)
    writable(file)
    return file


@commands.command(name="coverage-draft", epilog="Example: finder coverage-draft coverage.csv wards-12")
def coverage_draft_command(
    file: Annotated[Path, typer.Argument(help="The coverage file to write.", show_default=False, callback=_new)],
    releases: Releases = None,
    data_dir: DataDir = None,
) -> None:
    """Propose a team for each new ward: the team of most of its postcodes now. Writes the whole coverage file."""
    forces = PoliceForces.read()

    async def run(connection: Connection) -> None:
        plan = await plan_with_progress(connection, releases or [], forces)
        if plan.before is None:
            message = "Nothing is live yet, so no postcode has a team to propose."
            raise PublishRefusedError(message)
        proposals = propose(plan.before, plan.snapshot)
        with writing(file), file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("gss_code", "team_id"))
            writer.writerows(coverage_rows(plan.snapshot, proposals))
        show_proposals(out, proposals)
        out.print(f"Correct {file}, then: finder load coverage {file}", soft_wrap=True)

    on_database(data_dir, run, server=Server.PRIMARY_FIRST)
