"""Choices that look random and are the same for a key on every machine and Python."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TypeVar

Item = TypeVar("Item")


def rank(*key: object) -> int:
    """A number that looks random but is the same for a key on every machine and Python."""
    return int.from_bytes(sha256("|".join(map(str, key)).encode()).digest()[:8], "big")


def pick(options: Sequence[Item], *key: object) -> Item:
    """One of the options, by the key."""
    return options[rank(*key) % len(options)]


def shuffled(options: Iterable[Item], *key: object) -> list[Item]:
    """All the options, in an order by the key."""
    return sorted(options, key=lambda option: rank(*key, option))
