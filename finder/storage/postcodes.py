"""The postcodes of a release: written as rows, read as one packed table."""

from collections.abc import AsyncIterator, Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from finder.storage.connect import Connection
from finder.storage.copying import copy_rows
from finder.storage.queries import query
from geodata.location import PostcodeLocation

_PACKED: Final = np.dtype(
    [
        ("postcode", "S7"),  # without its space
        ("easting", ">i4"),
        ("northing", ">i4"),
        ("positional_quality", ">i2"),
        ("retired_on", ">i4"),
        ("district", "S9"),
    ]
)
_COLUMNS: Final = (
    "release",
    "postcode",
    "easting",
    "northing",
    "positional_quality",
    "district",
    "ward",
    "retired_on",
)


async def insert(connection: Connection, release: int, locations: AsyncIterator[PostcodeLocation]) -> None:
    """COPY the rows of a new release, within the caller's transaction."""
    await copy_rows(connection, "postcode", _COLUMNS, ((release, *_row(location)) async for location in locations))


async def read(connection: Connection, release: int) -> NDArray[np.void]:
    """Every postcode of a release, sorted by the spelling without a space; fields as in `_PACKED`, text padded."""
    packed = await connection.fetchval(query("read_postcodes"), release)
    return np.frombuffer(packed or b"", dtype=_PACKED)


async def read_wards(connection: Connection, release: int) -> NDArray[np.bytes_]:
    """The supplier's own ward code of every postcode, in the order of `read`; padded, blank where it gives none."""
    packed = await connection.fetchval(query("read_postcode_wards"), release)
    return np.frombuffer(packed or b"", dtype="S9")


async def find_points(connection: Connection, release: int, wanted: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Easting and northing of those of the postcodes, in canonical spelling, that a release holds."""
    rows = await connection.fetch(query("find_points"), release, sorted(wanted))
    return {row["postcode"]: (row["easting"], row["northing"]) for row in rows}


def _row(location: PostcodeLocation) -> tuple[str, int, int, int, str, str, int]:
    return (
        str(location.postcode),
        int(location.point.easting),
        int(location.point.northing),
        location.positional_quality,
        location.district,
        location.ward,
        location.retired_on,
    )
