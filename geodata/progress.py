"""How far a long piece of work has got: it says what it does and of how much, then again and again what is done."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Advance = Callable[[int], None]
"""Is told how much more is done; what it raises ends the work."""


class Begin(Protocol):
    """Is told that a step begins, in a few words, and of how much it is: a number of things or of bytes."""

    def __call__(self, what: str, total: int | None, *, in_bytes: bool = False) -> Advance:
        """Where `total` is None it is not known."""


def in_silence(what: str, total: int | None, *, in_bytes: bool = False) -> Advance:  # noqa: ARG001 - as Begin has them
    """Nobody is told of any step."""
    return lambda _: None


def counted(items: Iterable[Item], advance: Advance) -> Iterator[Item]:
    """The same items, each told of once it has been dealt with."""
    for item in items:
        yield item
        advance(1)


def by_share(advance: Advance, total: int) -> Callable[[float], None]:
    """Tells of amounts what it is told of shares of the whole so far, from 0 to 1."""
    told = 0

    def tell(share: float) -> None:
        nonlocal told
        advance(int(share * total) - told)
        told = int(share * total)

    return tell
