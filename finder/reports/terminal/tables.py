"""Tables as all commands print them."""

from rich.table import Table


def new_table(*headings: str, title: str | None = None) -> Table:
    """One without lines around it, whose cells are folded where the terminal is too narrow."""
    table = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
