"""Reads rows of the teams file: a row is one team with its contacts."""

from collections.abc import Iterator
from typing import Final

from finder.directory_files.placeholders import is_placeholder
from finder.directory_files.row import Row
from finder.domain.team import CONTACT_KEYS, TELEPHONE_CONTACTS, WEB_CONTACTS, TeamRecord

# data.police.uk lists the teams of a force at {force}/neighbourhoods, which would be the address of that team too.
_RESERVED_ID: Final = "neighbourhoods"


def read_team(row: Row) -> Iterator[TeamRecord]:
    """Yields a team, with the contacts that it has."""
    if row["id"] == _RESERVED_ID:
        row.fault("id", "an id that addresses keep for the list of teams.", "Choose another, like the team's name.")
    contact = {key: text for key in CONTACT_KEYS if (text := _contact(row, key))}
    yield TeamRecord(
        id=row.identifier("id"),
        name=row.required("name"),
        force_id=row.identifier("force_id"),
        area=row.required("area"),
        description=row["description"],
        contact=contact,
    )


def _contact(row: Row, key: str) -> str:
    if row[key] and is_placeholder(row[key]):
        row.note(key, "nothing is known yet: the cell is left empty.")
        return ""
    if key in WEB_CONTACTS or "://" in row[key]:
        return row.web_address(key)
    if key == "email":
        return row.email(key)
    return row.telephone(key) if key in TELEPHONE_CONTACTS else row[key]
