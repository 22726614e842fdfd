"""Unreadable characters in texts for residents, and counts with a noun."""

import pytest

from finder.domain.surgery import Venue
from finder.errors import PublishRefusedError
from finder.services.publishing.occurrence_actions import Cancel, Move, apply
from geodata.plurals import count_of
from geodata.unreadable_characters import unreadable_in
from tests.support.builders import make_directory, make_surgery


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Snow \u2013 the hall\u2019s £5 café.\nAsk first.", ""),
        ("bell \x07", "U+0007"),
        ("\x1b[31m", "U+001B"),
        ("a\u202eb", "U+202E"),
    ],
)
def test_an_unreadable_character_is_named(text: str, expected: str) -> None:
    assert unreadable_in(text) == expected


@pytest.mark.parametrize(
    "action",
    [Cancel("bell \x07"), Move(venue=Venue("Hall", "1 Street", "B2 4QA", "A ramp.\x1b[0m")), Cancel("\u202ex")],
)
def test_a_surgery_is_not_changed_with_an_unreadable_character(action: Cancel | Move) -> None:
    directory = make_directory(surgeries=(make_surgery("2026-11-05 18:00", id="talk"),))

    with pytest.raises(PublishRefusedError, match="control character"):
        apply(directory, "talk-20261105T1800", action)


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "0 warnings"), (1, "1 warning"), (2, "2 warnings"), (2000, "2,000 warnings")]
)
def test_a_count_of_one_has_a_singular_noun(number: int, expected: str) -> None:
    assert count_of(number, "warning") == expected


@pytest.mark.parametrize(
    ("number", "thing", "expected"), [(1, "surgery", "1 surgery"), (2, "surgery", "2 surgeries"), (2, "day", "2 days")]
)
def test_other_counts_have_a_plural_noun(number: int, thing: str, expected: str) -> None:
    assert count_of(number, thing) == expected
