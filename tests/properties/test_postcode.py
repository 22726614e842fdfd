"""Postcodes over many texts."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geodata.errors import PostcodeMalformedError
from geodata.postcode import Postcode

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"

compact_spellings = st.from_regex(
    r"\A(?:[A-PR-UWYZ][1-9][0-9]?|[A-PR-UWYZ][A-HK-Y][1-9][0-9]?|[A-PR-UWYZ][A-HK-Y]0|W1[A-H]|EC[1-4][AMNPRVY])"
    r"[0-9][ABD-HJLNP-UW-Z]{2}\Z"
)
between = st.lists(
    st.sampled_from(["", "", "", " ", "  ", "-", ".", "–", "\u00a0", "\u200b", "\ufeff"]),  # noqa: RUF001 - an en dash
    min_size=8,
    max_size=8,
)


def widened(character: str, wide: bool) -> str:  # noqa: FBT001 - drawn
    return chr(ord(character) + 0xFEE0) if wide else character


@given(compact_spellings)
def test_a_printed_postcode_parses_back_to_itself(compact: str) -> None:
    postcode = Postcode.parse(compact)

    assert Postcode.parse(str(postcode)) == postcode


@given(compact_spellings, between, st.lists(st.tuples(st.booleans(), st.booleans()), min_size=7, max_size=7))
def test_spacing_case_and_width_do_not_matter(compact: str, marks: list[str], styles: list[tuple[bool, bool]]) -> None:
    typed = marks[-1] + "".join(
        widened(character.lower() if lower else character, wide) + mark
        for character, mark, (lower, wide) in zip(compact, marks, styles, strict=False)
    )

    assert Postcode.parse(typed) == Postcode.parse(compact)


@given(st.one_of(st.text(), st.text(alphabet=_LETTERS + _DIGITS + " .-", max_size=10)))
@example("")
@example("\0")
@example("B2 4Q0")
@example("%00")
@example("../")
def test_any_text_is_malformed_or_gives_a_postcode_that_parses_to_itself(text: str) -> None:
    with contextlib.suppress(PostcodeMalformedError):
        postcode = Postcode.parse(text)

        assert Postcode.parse(str(postcode)) == postcode


@given(compact_spellings)
def test_a_postcode_is_its_outward_code_a_space_and_three_more(compact: str) -> None:
    postcode = Postcode.parse(compact)

    assert str(postcode) == f"{compact[:-3]} {compact[-3:]}"


@given(compact_spellings)
def test_a_zero_may_be_typed_for_an_o_and_an_o_for_a_zero(compact: str) -> None:
    swapped = compact.translate(str.maketrans("O0", "0O"))

    assert Postcode.parse(swapped) == Postcode.parse(compact)


@given(compact_spellings, st.text(alphabet=_LETTERS + _DIGITS, min_size=4))
def test_what_is_longer_than_a_postcode_is_malformed(compact: str, more: str) -> None:
    with pytest.raises(PostcodeMalformedError):
        Postcode.parse(compact + more)
