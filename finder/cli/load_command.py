"""`finder load`: reads and checks a file, and stages it as a release."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from finder.cli.database import on_database, settings_for
from finder.cli.load_with_progress import load_with_progress
from finder.cli.options import AcceptWarnings, DataDir
from finder.cli.output_files import writable
from finder.cli.terminal import current_user
from finder.directory_files.find_parts_in_folder_or_workbook import find_parts
from finder.directory_files.reading_options import ReadingOptions
from finder.domain.release import Kind, Part
from finder.domain.surgery import LONDON
from finder.services.loading.load_job import CheckFailedError, LoadJob
from finder.storage.connections import Connection
from geodata.readers.boundaries.ward_file_options import NO_OPTIONS, WardFileOptions

commands = typer.Typer()


class What(StrEnum):
    """What `finder load` takes: a part, or a whole directory."""

    POSTCODES = "postcodes"
    WARDS = "wards"
    TEAMS = "teams"
    COVERAGE = "coverage"
    OFFICERS = "officers"
    PRIORITIES = "priorities"
    SURGERIES = "surgeries"
    DIRECTORY = "directory"


@commands.command(
    name="load",
    epilog="Examples: finder load postcodes codepo_gb.zip --check    finder load officers officers.csv --publish    "
    "finder load directory december/",
)
def load_command(  # noqa: PLR0913 - a command has as many options as its users need
    what: Annotated[What, typer.Argument(help="What the file holds.", show_default=False)],
    file: Annotated[
        Path, typer.Argument(help="The file; for directory a folder of files, or a workbook.", show_default=False)
    ],
    *,
    check: Annotated[bool, typer.Option("--check", help="Read and check only; stage nothing.")] = False,
    go_on: Annotated[bool, typer.Option("--publish", help="Publish at once if nothing prevents it.")] = False,
    accept_warnings: AcceptWarnings = False,
    team: Annotated[list[str] | None, typer.Option(help="Replace only this team's rows; may be repeated.")] = None,
    onto: Annotated[
        str, typer.Option(help="Continue this staged release, like directory-15; else a load builds on what is live.")
    ] = "",
    empty: Annotated[bool, typer.Option("--empty", help="Take a file without rows: it removes all of them.")] = False,
    include_hidden: Annotated[
        bool, typer.Option("--include-hidden", help="Load a workbook that hides rows, columns or sheets.")
    ] = False,
    ignore_column: Annotated[
        list[str] | None, typer.Option(help="Leave out the column with this heading; may be repeated.")
    ] = None,
    code_column: Annotated[str, typer.Option(help="Wards: the column of the GSS codes.")] = "",
    name_column: Annotated[str, typer.Option(help="Wards: the column of the names.")] = "",
    district_column: Annotated[str, typer.Option(help="Wards: the column of the districts, code or name.")] = "",
    layer: Annotated[
        list[str] | None,
        typer.Option(help="Wards: the layer to read, or the file in a zip; may be repeated. Else it is found."),
    ] = None,
    codes_from: Annotated[
        Path | None,
        typer.Option(help="Wards: a table of names (and districts) with GSS codes, for a file without codes."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings of the checks as JSON.")] = False,
    html: Annotated[
        Path | None, typer.Option(help="Write the findings to this file as a page, to mail.", callback=writable)
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Read a file, check it, and stage it as a release. All or nothing."""
    limits = settings_for(data_dir).source_limits
    parts = find_parts(file, limits) if what is What.DIRECTORY else ()
    part = parts[0][0] if parts else Part(what.value)
    if team and part.kind is not Kind.DIRECTORY:
        message = "only a part of the directory has rows of teams."
        raise typer.BadParameter(message, param_hint="--team")
    today = datetime.now(LONDON).date()
    ward_options = WardFileOptions.named(code_column, name_column, district_column, layers=layer, codes_from=codes_from)
    if ward_options != NO_OPTIONS and part is not Part.WARDS:
        message = "only a file of wards has them."
        raise typer.BadParameter(
            message, param_hint="--code-column, --name-column, --district-column, --layer, --codes-from"
        )
    if (include_hidden or ignore_column) and part.kind is not Kind.DIRECTORY:
        message = "only files of the directory have hidden cells and headings."
        raise typer.BadParameter(message, param_hint="--include-hidden, --ignore-column")
    teams = frozenset(team or ())
    job = LoadJob(
        part,
        file,
        current_user(),
        check_only=check,
        teams=teams,
        today=today,
        ward_options=ward_options,
        reading=ReadingOptions(limits, include_hidden=include_hidden, ignored_columns=frozenset(ignore_column or ())),
        onto=onto,
        allow_empty=empty,
        parts=parts,
    )

    async def run(connection: Connection) -> None:
        if not (as_json or html or go_on):
            await load_with_progress(connection, job)
            return
        # Imported here, because the import takes a fifth of the time in which a load starts.
        from finder.cli.report_and_publish import AfterLoad  # noqa: PLC0415

        after = AfterLoad(job, as_json=as_json, html=html, go_on=go_on, accept_warnings=accept_warnings)
        try:
            loaded = await load_with_progress(connection, job, quiet=as_json)
        except CheckFailedError as refusal:
            after.write(refusal.report, None, None)
            raise
        await after.follow(connection, loaded)

    on_database(data_dir, run)
