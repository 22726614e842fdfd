"""The journal's chain of hashes: finds the first entry that was changed, removed or put in after it was written."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class ChainedEntry(NamedTuple):
    """An entry as it is stored: `values` are all that its hash is made of, as text, after the hash before it."""

    number: int
    previous: str
    hash: str
    values: Sequence[str | None]


class ChainState(NamedTuple):
    """How many entries follow from the first without a break, the hash of the last of them, and what breaks then."""

    entries: int
    last_hash: str
    fault: str


def hash_of(previous: str, values: Iterable[str | None]) -> str:
    """Returns SHA-256 of each value with its length in bytes; `-` stands for none. PostgreSQL computes the same."""
    written = "".join("-" if value is None else f"{len(value.encode())}:{value}" for value in (previous, *values))
    return hashlib.sha256(written.encode()).hexdigest()


def check_chain(entries: Iterable[ChainedEntry]) -> ChainState:
    """Follows the chain from the first entry to the last, or to where it breaks. The oldest entry comes first."""
    count, last, before = 0, "", "the beginning of the journal"
    for entry in entries:
        if entry.previous != last:
            fault = f"Entry {entry.number} does not follow {before}: entries between them were removed or put in."
            return ChainState(count, last, fault)
        if hash_of(entry.previous, entry.values) != entry.hash:
            return ChainState(count, last, f"Entry {entry.number} was changed after it was written.")
        count, last, before = count + 1, entry.hash, f"entry {entry.number}"
    return ChainState(count, last, "")
