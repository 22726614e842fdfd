"""The matched index of a publication: its postcodes and wards, matched, and the bytes that it is stored and mapped as.

The bytes are a mark of eight, the header's length in eight, the header as JSON, then the parts that it names, each at
an offset divisible by eight. Numbers have their least significant byte first.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from finder.errors import MatchedIndexDamagedError
from finder.snapshot.postcode_table import Columns, PostcodeTable
from geodata.ward_index import WardIndex
from geodata.wards_as_bytes import LazyWards, PackedWards, pack_wards

LAYOUT: Final = 2
"""Rises with every change to these bytes, or to the rules by which postcodes are matched to wards or to degrees.

So code reads only bytes that it can read and would have written itself."""
_MARK: Final = b"ground%02d" % LAYOUT  # the index's earlier name; bytes that are stored with this layout begin with it
_ALIGNMENT: Final = 8


class MatchedIndex(NamedTuple):
    """Postcodes and wards, matched."""

    postcodes: PostcodeTable
    wards: WardIndex


class _Header(msgspec.Struct, frozen=True):
    districts: tuple[str, ...]
    lengths: list[int]
    """Bytes of the keys, the rows, and each part of the packed wards."""


def pack(index: MatchedIndex) -> bytes:
    """An index as bytes."""
    columns, wards = index.postcodes.columns, pack_wards(index.wards.wards)
    parts = (columns.keys, columns.rows, *wards)
    header = _Header(columns.districts, [len(part) for part in parts])
    encoded = msgspec.json.encode(header)
    pieces = [_MARK, len(encoded).to_bytes(_ALIGNMENT, "little"), encoded, *parts]
    return b"".join(padded for piece in pieces for padded in (piece, bytes(-len(piece) % _ALIGNMENT)))


def unpack(packed: memoryview) -> MatchedIndex:
    """The index of packed bytes. It keeps using the bytes. Raises MatchedIndexDamagedError."""
    start = 2 * _ALIGNMENT
    length = int.from_bytes(packed[_ALIGNMENT:start], "little")
    if packed[:_ALIGNMENT] != _MARK:
        raise MatchedIndexDamagedError
    try:
        header = msgspec.json.decode(packed[start : start + length], type=_Header)
        keys, rows, *of_wards = _split(packed, start + _padded(length), header.lengths)
    except ValueError as error:
        raise MatchedIndexDamagedError from error
    wards = LazyWards(PackedWards(*of_wards))
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
    return length + -length % _ALIGNMENT
