"""`finder template`: a directory file to fill in."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from finder.cli.output_files import writable, writing
from finder.directory_files.templates import TEMPLATES, template, write_csv, write_workbook
from finder.domain.release import Part
from finder.domain.surgery import LONDON

commands = typer.Typer()


@commands.command(
    name="template",
    epilog="Examples: finder template officers > officers.csv    finder template teams --xlsx teams.xlsx",
)
def template_command(
    part: Annotated[Part, typer.Argument(help="What the file is to hold.", show_default=False)],
    xlsx: Annotated[Path | None, typer.Option(help="Write a workbook to this file instead.", callback=writable)] = None,
) -> None:
    """Print a directory file to fill in: its heading and example rows that load as they are."""
    if part not in TEMPLATES:
        message = "postcodes and wards come from their suppliers; there is nothing to fill in."
        raise typer.BadParameter(message, param_hint="PART")
    rows = template(part, datetime.now(LONDON).date())
    if xlsx:
        with writing(xlsx):
            write_workbook(xlsx, part, rows)
    else:
        sys.stdout.write(write_csv(rows))
