"""The ground of a publication: its postcodes and wards, matched, as one string of bytes that can be kept and mapped.

Laid out as eight bytes of mark, eight of the header's length, the header as JSON, then what it names, each from an
offset that eight divides; numbers are least byte first.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from finder.errors import MatchedIndexDamagedError
from finder.snapshot.postcode_table import Columns, PostcodeTable
from geodata.packed_wards import PackedWards, StoredWards, pack_wards
from geodata.ward_index import WardIndex

LAYOUT: Final = 2
"""Rises with every change to these bytes, or to the rules by which a postcode falls in a ward or becomes degrees.

So code meets only what it can read and would have made itself."""
_MARK: Final = b"ground%02d" % LAYOUT
_ALIGNED: Final = 8


class MatchedIndex(NamedTuple):
    """Postcodes and wards, matched."""

    postcodes: PostcodeTable
    wards: WardIndex


class _Header(msgspec.Struct, frozen=True):
    districts: tuple[str, ...]
    lengths: list[int]
    """Bytes of keys, rows, and what wards are packed as."""


def pack(ground: MatchedIndex) -> bytes:
    """Everything as bytes."""
    columns, wards = ground.postcodes.columns, pack_wards(ground.wards.wards)
    parts = (columns.keys, columns.rows, *wards)
    header = _Header(columns.districts, [len(part) for part in parts])
    encoded = msgspec.json.encode(header)
    pieces = [_MARK, len(encoded).to_bytes(_ALIGNED, "little"), encoded, *parts]
    return b"".join(padded for piece in pieces for padded in (piece, bytes(-len(piece) % _ALIGNED)))


def unpack(packed: memoryview) -> MatchedIndex:
    """What was packed; postcodes and wards stay in the bytes. Raises GroundDamagedError."""
    start = 2 * _ALIGNED
    length = int.from_bytes(packed[_ALIGNED:start], "little")
    if packed[:_ALIGNED] != _MARK:
        raise MatchedIndexDamagedError
    try:
        header = msgspec.json.decode(packed[start : start + length], type=_Header)
        keys, rows, *of_wards = _split(packed, start + _padded(length), header.lengths)
    except ValueError as error:
        raise MatchedIndexDamagedError from error
    wards = StoredWards(PackedWards(*of_wards))
    return MatchedIndex(PostcodeTable(Columns(keys, rows, header.districts), wards), WardIndex(wards))


def _split(packed: memoryview, start: int, lengths: Sequence[int]) -> list[memoryview]:
    found = []
    for length in lengths:
        found.append(packed[start : start + length])
        start += _padded(length)
    if start != len(packed):
        raise MatchedIndexDamagedError
    return found


def _padded(length: int) -> int:
    return length + -length % _ALIGNED
