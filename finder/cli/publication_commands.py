"""What is live and what is to be: compare, publish, withdraw, roll back, and the list of releases."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from finder.cli.application import (
    CLOCK_TIMES,
    WRONG_USAGE,
    AcceptWarnings,
    DataDir,
    app,
    err,
    loaded_by,
    on_database,
    out,
    say_waiting,
)
from finder.cli.output_files import writable, writing
from finder.domain.london_time import london_moment
from finder.domain.release import Kind, Publication
from finder.errors import PublishRefusedError
from finder.reports import json_report, progress_bars
from finder.reports.terminal.show_load import show_findings
from finder.reports.terminal.show_plan import show_plan
from finder.reports.terminal.show_releases import show_releases
from finder.services.publishing.publish import Plan, plan_publication, plan_rollback, publish
from finder.services.publishing.schedule import show_moment, withdraw
from finder.storage import publication_store, release_store
from finder.storage.connections import Connection, Server
from geodata.police_forces import Places

Releases = Annotated[list[str] | None, typer.Argument(help="Staged releases; default: the newest of each kind.")]


@app.command(name="diff", epilog="Examples: finder diff    finder diff wards-12 --csv moved.csv --html changes.html")
def diff_command(
    releases: Releases = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    csv: Annotated[
        Path | None, typer.Option(help="Write the postcodes that change to this file.", callback=writable)
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a page with a map to this file, to mail.", callback=writable)
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Show what publishing staged releases would change, before anything is live."""
    places = Places.read()
    plan = on_database(
        data_dir,
        lambda connection: plan_with_progress(connection, releases or [], places),
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


@app.command(
    name="publish",
    epilog='Examples: finder publish    finder publish wards-12 directory-15 --yes --at "2027-05-06 00:00"',
)
def publish_command(
    releases: Releases = None,
    *,
    at: Annotated[
        datetime | None, typer.Option(help="Go live then, on the clocks of London.", formats=CLOCK_TIMES)
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    accept_warnings: AcceptWarnings = False,
    data_dir: DataDir = None,
) -> None:
    """Make staged releases live, all at once."""
    places = Places.read()
    moment = london_moment(at) if at else None

    async def run(connection: Connection) -> None:
        plan = await plan_with_progress(connection, releases or [], places)
        show_plan(out, plan)
        if not yes:
            _ask()
        await make(connection, plan, accept_warnings=accept_warnings, note="publish", at=moment)

    on_database(data_dir, run)


@app.command(name="withdraw", epilog="Example: finder withdraw 12")
def withdraw_command(
    number: Annotated[int, typer.Argument(help="Number of a scheduled publication.", show_default=False)],
    data_dir: DataDir = None,
) -> None:
    """Take back a scheduled publication before its moment; what it names is staged again."""

    async def run(connection: Connection) -> None:
        withdrawn = await withdraw(connection, number, withdrawn_by=loaded_by(), on_wait=say_waiting)
        out.print(f"Publication {withdrawn.number} will not go live.", style="bold green", highlight=False)

    on_database(data_dir, run)


@app.command(name="rollback", epilog="Examples: finder rollback    finder rollback --kind wards")
def rollback_command(
    *,
    kind: Annotated[Kind | None, typer.Option(help="Take back this kind alone.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Publish again what the last publication replaced; other kinds stay as they are."""
    places = Places.read()

    async def run(connection: Connection) -> None:
        with progress_bars.show_progress(err) as progress:
            plan = await plan_rollback(connection, kind, places, progress)
        show_plan(out, plan)
        await make(connection, plan, accept_warnings=True, note="rollback")

    on_database(data_dir, run)


@app.command(name="releases", epilog="Example: finder releases")
def releases_command(data_dir: DataDir = None) -> None:
    """List what was loaded and what is live."""

    async def run(connection: Connection) -> None:
        show_releases(
            out,
            await release_store.list_releases(connection),
            await publication_store.list_publications(connection),
            await publication_store.find_live_number(connection),
        )

    on_database(data_dir, run, server=Server.PRIMARY_FIRST)


async def plan_with_progress(connection: Connection, names: Sequence[str], places: Places) -> Plan:
    """Plan a publication with a bar for each step that takes long. Raises as `plan_publication` does."""
    with progress_bars.show_progress(err) as progress:
        return await plan_publication(connection, names, places, progress)


async def make(
    connection: Connection, plan: Plan, *, accept_warnings: bool, note: str, at: datetime | None = None
) -> None:
    """Publish a plan, at once or at a moment, and say so.

    Raises PublishRefusedError where it warns and that is not accepted.
    """
    if plan.warnings and not accept_warnings:
        show_findings(err, plan.warnings)
        message = (
            "There are warnings: nothing was published, what was loaded stays staged. Go on with --accept-warnings."
        )
        raise PublishRefusedError(message)
    with progress_bars.show_progress(err) as progress:
        made = await publish(
            connection, plan, made_by=loaded_by(), note=note, at=at, on_wait=say_waiting, progress=progress
        )
    announce(made)


def announce(made: Publication) -> None:
    """Say that a publication is live, or when it will be."""
    if made.live_from > datetime.now(UTC):
        line = f"Publication {made.number} goes live at {show_moment(made.live_from)}; until then: finder withdraw."
    else:
        line = f"Publication {made.number} is live."
    out.print(line, style="bold green", highlight=False)


def _ask() -> None:
    if not sys.stdin.isatty():
        err.print("publish asks before it changes what is live; without a terminal, say --yes.", highlight=False)
        raise typer.Exit(WRONG_USAGE)
    typer.confirm("Make this live?", abort=True)
