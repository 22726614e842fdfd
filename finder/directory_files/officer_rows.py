"""Reads rows of the officers file: a row is one person, and a post that nobody has is left out."""

from collections.abc import Iterator

from finder.directory_files.cell_corrections import UnusableCellError
from finder.directory_files.officer_names import OfficerName, contradicts, read_officer_name
from finder.directory_files.placeholders import is_placeholder
from finder.directory_files.row import Row
from finder.domain.team import Officer


def read_officer(row: Row) -> Iterator[Officer]:
    """Yields an officer, or nobody if the name only says that the post is vacant."""
    if row["name"] and is_placeholder(row["name"]):
        row.note("name", "nobody has the post: the row is left out.")
        return
    person = _person(row)
    yield Officer(row.required("team_id"), person.name, _rank(row, person.rank))


def _person(row: Row) -> OfficerName:
    if not row.required("name"):
        return OfficerName("")
    try:
        person = read_officer_name(row["name"])
    except UnusableCellError as error:
        row.fault("name", error.problem, error.remedy)
        return OfficerName("")
    if person.collar_number:
        row.note("name", "the collar number is left out.")
    if person.rank:
        row.note("name", "the rank beside the name is left out.")
    return person


def _rank(row: Row, beside_name: str) -> str:
    """Returns the rank; where its cell has none, the one that stands beside the name."""
    rank = "" if is_placeholder(row["rank"]) else row["rank"]
    if not rank and beside_name:
        row.note("rank", "the rank is taken from the cell of the name.")
        return beside_name
    if not rank:
        row.fault("rank", "the cell has no rank.", "Fill it in.")
    elif contradicts(beside_name, rank):
        row.fault("rank", f"the name says {beside_name}.", "Mend one of them.")
    return rank
