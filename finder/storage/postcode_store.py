"""Postcodes: the rows of a release are copied in from arrays, and read back as packed arrays."""

from collections.abc import Iterable
from contextlib import aclosing
from itertools import chain
from string import ascii_uppercase
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from finder.storage.bulk_copy import one_ahead, while_connected
from finder.storage.connections import Connection
from finder.storage.sql_queries import query
from geodata.points_and_extents import Extent
from geodata.postcode_location import FIELDS, PostcodeBatch
from geodata.progress import NO_STEP, Step

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
_COLUMNS: Final = {"release": np.dtype(">i4")} | {name: kind.newbyteorder(">") for name, kind in FIELDS.items()}
# A row in the binary format of COPY: the number of columns, then each value after its length in bytes.
_SENT: Final = [
    ("columns", np.dtype(">i2")),
    *(part for name, kind in _COLUMNS.items() for part in ((f"{name} bytes", np.dtype(">i4")), (name, kind))),
]
_KEPT: Final = [(name, np.bool, (kind.itemsize,)) for name, kind in _SENT]
_HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END: Final = b"\xff\xff"


async def insert(connection: Connection, release: int, batches: Iterable[PostcodeBatch]) -> None:
    """COPY the rows of a new release, in the caller's transaction. The batches are iterated in a thread."""
    table = await connection.fetchval(query("create_postcodes_table"), release)
    binary = chain([_HEAD], (_encoded(release, batch.rows) for batch in batches), [_END])
    async with aclosing(one_ahead(binary)) as source:
        copying = connection.copy_to_table(table, columns=list(_COLUMNS), format="binary", source=source)
        await while_connected(connection, copying)
    await connection.execute(query("finish_postcodes_table"), release)


async def read(connection: Connection, release: int, step: Step = NO_STEP) -> NDArray[np.void]:
    """Every postcode of a release, sorted by the spelling without a space; fields as in `_PACKED`, text padded."""
    return await _read_packed(connection, "read_postcodes", release, _PACKED, step)


async def read_wards(connection: Connection, release: int, step: Step = NO_STEP) -> NDArray[np.bytes_]:
    """The supplier's own ward code of every postcode, in the order of `read`; padded, blank for none."""
    return await _read_packed(connection, "read_postcode_wards", release, np.dtype("S9"), step)


async def _read_packed(connection: Connection, name: str, release: int, row: np.dtype[Any], step: Step) -> NDArray[Any]:
    """Rows that a query packs. They are read by first letter, so that progress can be shown."""
    pieces = []
    for letter in ascii_uppercase:
        piece = await connection.fetchval(query(name), release, letter, chr(ord(letter) + 1)) or b""
        pieces.append(piece)
        step.update(len(piece) // row.itemsize)
    return np.frombuffer(b"".join(pieces), dtype=row)


async def find_points(connection: Connection, release: int, wanted: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Easting and northing of the `wanted` postcodes that a release has, by canonical spelling."""
    rows = await connection.fetch(query("find_postcode_points"), release, sorted(wanted))
    return {row["postcode"]: (row["easting"], row["northing"]) for row in rows}


async def read_extents(connection: Connection, release: int) -> dict[str, Extent]:
    """The extent of the postcodes of each ward and district, by the GSS codes that the supplier gives."""
    found: dict[str, Extent] = {}
    for row in await connection.fetch(query("read_postcode_extents"), release):
        own = Extent(row["west"], row["south"], row["east"], row["north"])
        for code in filter(None, (row["ward"], row["district"])):
            found[code] = own.around(found.get(code, own))
    return found


def _encoded(release: int, rows: NDArray[np.void]) -> bytes:
    """Rows in the binary format of COPY: each value after its length, without padding."""
    sent = np.zeros(len(rows), _SENT)
    kept = np.ones((len(rows), sent.itemsize), np.bool).view(_KEPT)[:, 0]
    sent["columns"], sent["release"] = len(_COLUMNS), release
    for name in FIELDS:
        sent[name] = rows[name]
    for name, kind in _COLUMNS.items():
        if kind.kind == "S":
            lengths = np.strings.str_len(rows[name].astype(np.bytes_))
            sent[f"{name} bytes"] = lengths
            kept[name] = np.arange(kind.itemsize) < lengths[:, np.newaxis]
        else:
            sent[f"{name} bytes"] = kind.itemsize
    return sent.view(np.uint8)[kept.view(np.bool)].tobytes()
