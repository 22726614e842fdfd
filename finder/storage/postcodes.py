"""The postcodes of a release: written as rows, read as one packed table."""

from collections.abc import AsyncIterator, Iterable
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from finder.storage.connect import Connection
from finder.storage.copying import while_connected
from finder.storage.queries import query
from geodata.grid import Extent
from geodata.location import PostcodeBatch

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


async def insert(connection: Connection, release: int, batches: AsyncIterator[PostcodeBatch]) -> None:
    """COPY the rows of a new release, within the caller's transaction."""
    lines = (_lines(release, batch) async for batch in batches)
    copying = connection.copy_to_table("postcode", columns=_COLUMNS, format="text", source=lines)
    await while_connected(connection, copying)


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


async def read_extents(connection: Connection, release: int) -> dict[str, Extent]:
    """Where the postcodes of each ward and each district lie, by the GSS codes that the supplier gives them."""
    found: dict[str, Extent] = {}
    for row in await connection.fetch(query("read_extents"), release):
        own = Extent(row["west"], row["south"], row["east"], row["north"])
        for code in filter(None, (row["ward"], row["district"])):
            found[code] = own.around(found.get(code, own))
    return found


def _lines(release: int, batch: PostcodeBatch) -> bytes:
    """Rows in the text format of COPY, several times as fast as a record each; a batch has codes and numbers alone.

    Raises ValueError for text that the format would have to escape.
    """
    columns = (
        batch.postcodes,
        batch.eastings,
        batch.northings,
        batch.positional_qualities,
        batch.districts,
        batch.wards,
        batch.retired_on,
    )
    row = f"{release}\t%s\t%d\t%d\t%d\t%s\t%s\t%d\n"
    text = row * len(batch) % tuple(chain.from_iterable(zip(*columns, strict=True)))
    if "\\" in text or text.count("\n") != len(batch) or text.count("\t") != len(batch) * (len(_COLUMNS) - 1):
        raise ValueError("a postcode or a code has a tab, a line end or a backslash in it")
    return text.encode()
