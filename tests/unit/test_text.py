"""Characters that no text for residents may hold."""

import pytest

from finder.domain.surgery import Venue
from finder.domain.text import count_of, unreadable_in
from finder.errors import PublishRefusedError
from finder.services.publishing.surgery_actions import Cancel, Move, apply
from tests.support.builders import make_directory, make_surgery


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Snow \u2013 the hall\u2019s £5 café.\nAsk first.", ""),
        ("bell \x07", "U+0007"),
        ("\x1b[31m", "U+001B"),
        ("a\u202eb", "U+202E"),
    ],
)
def test_a_character_that_nobody_can_read_is_named(text: str, told: str) -> None:
    assert unreadable_in(text) == told


@pytest.mark.parametrize(
    "action",
    [Cancel("bell \x07"), Move(venue=Venue("Hall", "1 Street", "B2 4QA", "A ramp.\x1b[0m")), Cancel("\u202ex")],
)
def test_no_surgery_is_changed_with_one(action: Cancel | Move) -> None:
    directory = make_directory(surgeries=(make_surgery("2026-11-05 18:00", id="talk"),))

    with pytest.raises(PublishRefusedError, match="control character"):
        apply(directory, "talk-20261105T1800", action)


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 warnings"), (1, "1 warning"), (2, "2 warnings"), (2000, "2,000 warnings")]
)
def test_one_of_a_thing_is_told_as_one(number: int, told: str) -> None:
    assert count_of(number, "warning") == told


@pytest.mark.parametrize(
    ("number", "thing", "told"), [(1, "surgery", "1 surgery"), (2, "surgery", "2 surgeries"), (2, "day", "2 days")]
)
def test_several_of_a_thing_are_told_as_they_are_written(number: int, thing: str, told: str) -> None:
    assert count_of(number, thing) == told
