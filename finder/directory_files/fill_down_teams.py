"""Fills in the team of rows below the one that has it, as people write a block of rows under one team."""

from collections.abc import Iterator, Sequence
from typing import Final

from finder.directory_files.body_rows import BodyRow
from geodata.check_report import Report
from geodata.plurals import listed_rows

TEAM: Final = "team_id"
_CHANGES: Final = ("occurrence", "status")  # a row with one of these is about a series, which has the team
_REMEDY: Final = "Write the team in every row; Excel does it with Home, Fill, Down."


def fill_down_teams(rows: Sequence[BodyRow], names: Sequence[str], heading: str, report: Report) -> list[BodyRow]:
    """Returns the rows with their teams. `names` are their columns, `heading` is what the file calls the team.

    Rows without a team are noted where they can only belong to the team above them, else reported once. One row alone
    is left as it is.
    """
    team = names.index(TEAM)
    changes = [names.index(each) for each in _CHANGES if each in names]
    concerned = [row for row in rows if not any(row.cells[each] for each in changes)]
    without = [row for row in concerned if not row.cells[team]]
    if not without:
        return list(rows)
    first, listed = without[0].number, listed_rows(row.number for row in without)
    if _is_block(concerned, team):
        problem = f"rows without a team take that of the row above: {listed}."
        report.note(problem, row=first, column=heading, value=concerned[0].cells[team])
    elif len(without) > 1:
        report.error(f"{len(without):,} rows have no team: {listed}.", _REMEDY, row=first, column=heading)
    else:
        return list(rows)
    return list(_filled(rows, team))


def _is_block(rows: Sequence[BodyRow], team: int) -> bool:
    """Returns whether no team is written twice, most rows have none, and each of those directly follows another row.

    Elsewhere somebody may have forgotten a team.
    """
    written = [row.cells[team] for row in rows if row.cells[team]]
    without = [row for row in rows if not row.cells[team]]
    return (
        bool(rows[0].cells[team])
        and len(set(written)) == len(written) <= len(without)
        and not any(row.follows_gap for row in without)
    )


def _filled(rows: Sequence[BodyRow], team: int) -> Iterator[BodyRow]:
    """Yields the rows with the team above them, or the first one; not the rows that have nothing but a team."""
    above = next((row.cells[team] for row in rows if row.cells[team]), "")
    for row in rows:
        above = row.cells[team] or above
        is_title = row.cells[team] and not any(cell for index, cell in enumerate(row.cells) if index != team)
        if above and not is_title:
            yield row._replace(cells=[*row.cells[:team], above, *row.cells[team + 1 :]])
