"""Reads teams that an earlier publication had and a directory has not: who covers their wards now, and the polygons."""

from typing import NamedTuple

from finder.storage.connections import Connection
from finder.storage.sql_queries import query
from geodata.district import District


class Replacement(NamedTuple):
    """A replaced team and a team that covers at least one of its wards now."""

    team_id: str
    replacement_id: str


class StoredWard(NamedTuple):
    """A ward as it is stored, its polygon as well-known binary in EPSG:27700."""

    gss_code: str
    name: str
    district: District
    wkb: bytes


class LostWard(NamedTuple):
    """A ward of a replaced team, as it was when that team was last published."""

    team_id: str
    ward: StoredWard


async def read_replaced_teams(connection: Connection, publication: int, directory: int) -> list[Replacement]:
    """The replacements by coverage of each replaced team, the one with most of its wards first; by number."""
    rows = await connection.fetch(query("read_replaced_teams"), publication, directory)
    return [Replacement(row["team"], row["replacement"]) for row in rows]


async def read_lost_wards(connection: Connection, publication: int, directory: int) -> list[LostWard]:
    """The wards of replaced teams none of whose wards has a team in a directory; by number."""
    rows = await connection.fetch(query("read_lost_wards"), publication, directory)
    return [
        LostWard(
            row["team"],
            StoredWard(row["gss_code"], row["name"], District(row["district"], row["district_name"]), row["polygon"]),
        )
        for row in rows
    ]
