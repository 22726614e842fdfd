"""The style of the tables that commands print."""

from rich.table import Table


def new_table(*headings: str, title: str | None = None) -> Table:
    """Returns a table without lines; on a narrow terminal its cells are folded."""
    table = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
