"""The journal's chain of hashes: where it breaks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import pytest

from finder.domain.journal_chain import ChainedEntry, check_chain, hash_of

_BEGINNING: Final = ""


def chain(count: int) -> list[ChainedEntry]:
    """A journal of some entries that holds."""
    made: list[ChainedEntry] = []
    for number in range(1, count + 1):
        previous, values = made[-1].hash if made else _BEGINNING, (str(number), "sam", None)
        made.append(ChainedEntry(number, previous, hash_of(previous, values), values))
    return made


@dataclass(frozen=True)
class Tampering:
    """What somebody does to a journal of five entries, and what is said about it."""

    change: Callable[[list[ChainedEntry]], Sequence[ChainedEntry]]
    holding: int
    fault: str


_TAMPERINGS: Final = {
    "a value": Tampering(
        lambda made: [*made[:2], made[2]._replace(values=("3", "kim", None)), *made[3:]],
        2,
        "Entry 3 was changed after it was written.",
    ),
    "a value and its hash": Tampering(
        lambda made: [*made[:2], rewritten(made[2], "kim"), *made[3:]],
        3,
        "Entry 4 does not follow entry 3: entries between them were removed or put in.",
    ),
    "an entry removed": Tampering(
        lambda made: [*made[:2], *made[3:]],
        2,
        "Entry 4 does not follow entry 2: entries between them were removed or put in.",
    ),
    "the first removed": Tampering(
        lambda made: made[1:],
        0,
        "Entry 2 does not follow the beginning of the journal: entries between them were removed or put in.",
    ),
    "an entry put in": Tampering(
        lambda made: [*made[:2], rewritten(made[2], "kim"), *made[2:]],
        3,
        "Entry 3 does not follow entry 3: entries between them were removed or put in.",
    ),
    "a value moved to its neighbour": Tampering(
        lambda made: [made[0]._replace(values=("1sam", "", None)), *made[1:]],
        0,
        "Entry 1 was changed after it was written.",
    ),
    "nothing made empty": Tampering(
        lambda made: [made[0]._replace(values=("1", "sam", "")), *made[1:]],
        0,
        "Entry 1 was changed after it was written.",
    ),
}


def rewritten(entry: ChainedEntry, who: str) -> ChainedEntry:
    """The entry of somebody else, with the hash that it then has."""
    values = (entry.values[0], who, *entry.values[2:])
    return entry._replace(values=values, hash=hash_of(entry.previous, values))


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_journal_that_nobody_changed_holds(count: int) -> None:
    made = chain(count)

    assert check_chain(made) == (count, made[-1].hash if made else "", "")


@pytest.mark.parametrize("tampering", _TAMPERINGS.values(), ids=_TAMPERINGS)
def test_a_change_is_found_where_it_was_made(tampering: Tampering) -> None:
    state = check_chain(tampering.change(chain(5)))

    assert (state.entries, state.fault) == (tampering.holding, tampering.fault)
