"""The commands: parse arguments, call one service, say what came of it, exit code."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer
from rich.console import Console

from finder import __version__, show
from finder.database import database
from finder.domain.release import Kind, Part, Publication
from finder.domain.snapshot import SOON, Snapshot
from finder.domain.surgery import Venue
from finder.errors import FinderError, OperatorError, PublishRefusedError
from finder.services.change_surgery import Action, Cancel, Move, Restore, change_surgery
from finder.services.find_team import FindTeam, find_team
from finder.services.load import CheckFailedError, Load, Loaded, load
from finder.services.publish import Plan, plan_publication, plan_rollback, publish
from finder.services.snapshot import build_snapshot
from finder.settings import Settings, loaded_by
from finder.storage import publications
from finder.storage.connect import Connection, connected
from finder.storage.migrate import migrate, migrations, require_current_schema
from geodata.errors import GeodataError
from geodata.places import Places
from geodata.postcode import Postcode

_REFUSED, _WRONG_USAGE = 1, 2
_out = Console()
_err = Console(stderr=True)

app = typer.Typer(
    help="Who polices my street, and when can I meet them? Load data, publish it, serve it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

DataDir = Annotated[
    Path | None, typer.Option(help="Folder of the embedded database; only without FINDER_DATABASE_URL.")
]
AcceptWarnings = Annotated[bool, typer.Option(help="Publish although the checks warn.")]
OccurrenceId = Annotated[str, typer.Argument(help="Id of one surgery: series and start.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why, for residents to read.")]
Result = TypeVar("Result")
_TIMES: Final = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]

surgery = typer.Typer(help="Cancel, restore or move one surgery; it is live within a second.", no_args_is_help=True)
app.add_typer(surgery, name="surgery")


def main() -> None:
    """Run a command; expected refusals become a sentence on standard error and exit code 1."""
    try:
        app()
    except (FinderError, GeodataError) as refusal:
        if isinstance(refusal, CheckFailedError):
            show.findings(_err, refusal.report)
        _err.print(str(refusal), style="bold red", highlight=False, soft_wrap=True)
        sys.exit(_REFUSED)
    except KeyboardInterrupt:
        _err.print("Stopped; nothing was changed.", highlight=False)
        sys.exit(130)


@app.command(name="migrate", epilog="Example: FINDER_DATABASE_URL=postgresql://finder@localhost/finder finder migrate")
def migrate_command(data_dir: DataDir = None) -> None:
    """Bring the database up to date; a second run changes nothing."""
    steps = migrations()
    done = _on_database(
        data_dir,
        lambda connection: migrate(connection, steps, lambda step: _out.print(f"applied {step.name}")),
        any_schema=True,
    )
    _out.print(f"The database is at schema {steps[-1].number}" + ("." if done else "; nothing to do."))


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
    data_dir: DataDir = None,
) -> None:
    """Read a file, check it, and stage it as a release. All or nothing."""
    if team and part.kind is not Kind.DIRECTORY:
        message = "only a part of the directory has rows of teams."
        raise typer.BadParameter(message, param_hint="--team")
    job = Load(part, file, loaded_by(), check_only=check, teams=frozenset(team or ()))
    places = Places.read()

    async def run(connection: Connection) -> None:
        loaded = await load_with_progress(connection, job, places)
        if go_on and loaded.release:
            plan = await plan_publication(connection, [loaded.release.id], places)
            await _make(connection, plan, accept_warnings=accept_warnings, note=f"load {part} {file.name}")

    _on_database(data_dir, run)


@app.command(name="publish", epilog="Examples: finder publish    finder publish wards-12 directory-15 --yes")
def publish_command(
    releases: Annotated[
        list[str] | None, typer.Argument(help="Staged releases; default: the newest of each kind.")
    ] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    accept_warnings: AcceptWarnings = False,
    data_dir: DataDir = None,
) -> None:
    """Make staged releases live, all at once."""
    places = Places.read()

    async def run(connection: Connection) -> None:
        plan = await plan_publication(connection, releases or [], places)
        show.plan(_out, plan)
        if not yes:
            _ask()
        await _make(connection, plan, accept_warnings=accept_warnings, note="publish")

    _on_database(data_dir, run)


@app.command(name="rollback", epilog="Examples: finder rollback    finder rollback --kind wards")
def rollback_command(
    *,
    kind: Annotated[Kind | None, typer.Option(help="Take back this kind alone.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Publish again what the last publication replaced; other kinds stay as they are."""
    places = Places.read()

    async def run(connection: Connection) -> None:
        plan = await plan_rollback(connection, kind, places)
        show.plan(_out, plan)
        await _make(connection, plan, accept_warnings=True, note="rollback")

    _on_database(data_dir, run)


@app.command(name="releases", epilog="Example: finder releases")
def releases_command(data_dir: DataDir = None) -> None:
    """List what was loaded and what is live."""

    async def run(connection: Connection) -> None:
        show.releases(
            _out,
            await publications.list_releases(connection),
            await publications.list_publications(connection),
            await publications.find_live_number(connection),
        )

    _on_database(data_dir, run)


@app.command(name="lookup", epilog='Example: finder lookup "B2 4QA"')
def lookup_command(
    postcode: Annotated[str, typer.Argument(help="A full postcode, in any spelling.", show_default=False)],
    data_dir: DataDir = None,
) -> None:
    """Show who polices a postcode, as website and API would answer."""
    settings = _settings(data_dir)
    wanted = Postcode.parse(postcode)
    resolver = FindTeam(settings.near_boundary_m, settings.near_boundary_poor_m)

    async def run(connection: Connection) -> None:
        snapshot = await _live_snapshot(connection)
        show.answer(_out, resolver.by_postcode(snapshot, wanted), snapshot, datetime.now(UTC))

    _on_database(data_dir, run)


@app.command(name="serve", epilog="Example: FINDER_DATABASE_URL=postgresql://finder@db/finder finder serve --workers 4")
def serve_command(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 for any free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve.", min=1, max=64)] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve website and API from the live publication."""
    from finder.serve import serve  # noqa: PLC0415 - aiohttp is not needed by the other commands

    settings = _settings(data_dir, host=host, port=port, workers=workers)
    with database(settings) as dsn:
        serve(settings, dsn)


@surgery.command(name="list", epilog="Example: finder surgery list ladywood")
def surgery_list_command(
    team: Annotated[str, typer.Argument(help="Id of a team.", show_default=False)], data_dir: DataDir = None
) -> None:
    """Show a team's surgeries of the next three months with their ids."""

    async def run(connection: Connection) -> None:
        snapshot = await _live_snapshot(connection)
        now = datetime.now(UTC)
        show.surgeries(_out, snapshot.surgeries(find_team(snapshot, team).id, now, now + SOON))

    _on_database(data_dir, run)


@surgery.command(name="cancel", epilog='Example: finder surgery cancel ladywood-library-20261212T1000 --reason "Snow."')
def surgery_cancel_command(occurrence: OccurrenceId, reason: Reason = "", data_dir: DataDir = None) -> None:
    """Cancel one surgery; it stays listed, marked as cancelled."""
    _change_surgery(data_dir, occurrence, Cancel(reason))


@surgery.command(name="restore", epilog="Example: finder surgery restore ladywood-library-20261212T1000")
def surgery_restore_command(occurrence: OccurrenceId, data_dir: DataDir = None) -> None:
    """Undo the cancelling or moving of one surgery."""
    _change_surgery(data_dir, occurrence, Restore())


@surgery.command(
    name="move", epilog='Example: finder surgery move ladywood-library-20261212T1000 --to "2026-12-14 18:00"'
)
def surgery_move_command(  # noqa: PLR0913 - a command has as many options as its users need
    occurrence: OccurrenceId,
    *,
    to: Annotated[datetime | None, typer.Option(help="New start, on the clocks of London.", formats=_TIMES)] = None,
    until: Annotated[
        datetime | None, typer.Option(help="New end; default: as long as planned.", formats=_TIMES)
    ] = None,
    venue: Annotated[str, typer.Option(help="Name of the new venue.")] = "",
    address: Annotated[str, typer.Option(help="Its address.")] = "",
    postcode: Annotated[str, typer.Option(help="Its postcode.")] = "",
    online: Annotated[str, typer.Option(help="Web address, if it is held online instead.")] = "",
    reason: Reason = "",
    data_dir: DataDir = None,
) -> None:
    """Move one surgery to another time or place; it keeps its id."""
    if (address or postcode) and not venue:
        message = "name the venue too."
        raise typer.BadParameter(message, param_hint="--venue")
    place = Venue(venue, address, str(Postcode.parse(postcode)) if postcode else "") if venue else None
    _change_surgery(data_dir, occurrence, Move(to, until, place, online, reason))


def _change_surgery(data_dir: Path | None, occurrence: str, action: Action) -> None:
    async def run(connection: Connection) -> None:
        made = await change_surgery(connection, occurrence, action, made_by=loaded_by())
        _announce(made)

    _on_database(data_dir, run)


@app.command(name="version")
def version_command() -> None:
    """Print the version."""
    _out.print(__version__, highlight=False)


async def _live_snapshot(connection: Connection) -> Snapshot:
    live = await publications.find_live(connection)
    if live is None:
        message = "Nothing is live yet. Load data and run `finder publish`."
        raise PublishRefusedError(message)
    return await build_snapshot(connection, live, Places.read(), datetime.now(UTC))


async def load_with_progress(connection: Connection, job: Load, places: Places) -> Loaded:
    """Load a file with a progress bar, and say what came of it. Raises as `load` does."""
    with show.progress(_err) as bar:
        task = bar.add_task(f"{job.part} from {job.path.name}", total=_size(job))
        loaded = await load(connection, job, places, lambda done: bar.advance(task, done))
        bar.update(task, completed=bar.tasks[task].total)
    show.findings(_err, loaded.report)
    show.loaded(_out, job, loaded)
    return loaded


def _size(job: Load) -> int | None:
    try:
        return job.size()
    except OSError:
        return None  # the load itself will say in words what is wrong with the file


async def _make(connection: Connection, plan: Plan, *, accept_warnings: bool, note: str) -> None:
    if plan.warnings and not accept_warnings:
        show.warnings(_err, plan.warnings)
        message = (
            "There are warnings: nothing was published, what was loaded stays staged. Go on with --accept-warnings."
        )
        raise PublishRefusedError(message)
    _announce(await publish(connection, plan, made_by=loaded_by(), note=note))


def _announce(made: Publication) -> None:
    _out.print(f"Publication {made.number} is live.", style="bold green", highlight=False)


def _ask() -> None:
    if not sys.stdin.isatty():
        _err.print("publish asks before it changes what is live; without a terminal, say --yes.", highlight=False)
        raise typer.Exit(_WRONG_USAGE)
    typer.confirm("Make this live?", abort=True)


def _settings(data_dir: Path | None, **given: object) -> Settings:
    wanted: dict[str, Any] = {
        name: value for name, value in {"data_dir": data_dir, **given}.items() if value is not None
    }
    try:
        return Settings(**wanted)
    except ValueError as error:
        message = f"A setting cannot be used: {error}"
        raise OperatorError(message) from error


def _on_database(
    data_dir: Path | None, work: Callable[[Connection], Awaitable[Result]], *, any_schema: bool = False
) -> Result:
    """Do a piece of work on one connection to the command's database."""

    async def run(dsn: str) -> Result:
        async with connected(dsn) as connection:
            if not any_schema:
                await require_current_schema(connection)
            return await work(connection)

    with database(_settings(data_dir)) as dsn:
        return asyncio.run(run(dsn))
