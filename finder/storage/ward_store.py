"""Wards: their polygons are stored as well-known binary in EPSG:27700."""

from collections.abc import Iterable
from typing import Final

from finder.storage.bulk_copy import copy_rows
from finder.storage.connections import Connection
from finder.storage.sql_queries import query
from geodata.district import District
from geodata.progress import NO_STEP, Step
from geodata.ward import Ward

_AT_ONCE: Final = 200


async def insert(connection: Connection, release: int, wards: Iterable[Ward]) -> None:
    """COPY the wards of a new release, in the caller's transaction."""
    columns = ("release", "gss_code", "name", "district", "district_name", "polygon")
    rows = ((release, ward.gss_code, ward.name, ward.district.gss_code, ward.district.name, ward.wkb) for ward in wards)
    await copy_rows(connection, "ward", columns, rows)


async def read(connection: Connection, release: int, step: Step = NO_STEP) -> list[Ward]:
    """Every ward of a release, by GSS code; the step counts them."""
    found = []
    async with connection.transaction():
        async for row in connection.cursor(query("read_wards"), release, prefetch=_AT_ONCE):
            district = District(row["district"], row["district_name"])
            found.append(Ward.from_wkb(row["gss_code"], row["name"], district, row["polygon"]))
            step.update(1)
    return found


async def read_districts(connection: Connection, release: int) -> list[District]:
    """The districts that the wards of a release are in, by name."""
    rows = await connection.fetch(query("read_districts"), release)
    return [District(row["district"], row["district_name"]) for row in rows]


async def read_known_codes(connection: Connection) -> frozenset[str]:
    """The GSS codes of the wards of all releases that are not pruned."""
    return frozenset(row["gss_code"] for row in await connection.fetch(query("read_known_ward_codes")))
