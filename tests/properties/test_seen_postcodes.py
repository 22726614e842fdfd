"""The set of seen postcodes, compared with a Python set."""

from typing import Final

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geodata.postcode import Postcode
from geodata.readers.postcodes.seen_postcodes import SeenPostcodes

_OUTWARD: Final = ["B1", "B10", "WV1", "EC1A", "WV10", "W1A", "NPT"]
postcodes = st.builds(Postcode, st.sampled_from(_OUTWARD), st.sampled_from(["0AA", "1AB", "9ZZ", "9ZY"]))


@given(st.lists(st.one_of(postcodes, st.lists(postcodes, min_size=1, max_size=6))))
def test_postcodes_are_added_once_one_by_one_or_in_batches(steps: list[Postcode | list[Postcode]]) -> None:
    seen, expected = SeenPostcodes(), set[Postcode]()

    for step in steps:
        if isinstance(step, Postcode):
            assert (step in seen) == (step in expected)
            seen.add(step)
            expected.add(step)
        else:
            are_new = len(set(step)) == len(step) and expected.isdisjoint(step)
            assert seen.add_new(np.array([str(each) for each in step], "S8")) == are_new
            expected |= set(step) if are_new else set()

    assert all((Postcode(outward, "9ZY") in seen) == (Postcode(outward, "9ZY") in expected) for outward in _OUTWARD)


def test_more_outward_codes_than_expected_are_distinguished() -> None:
    seen = SeenPostcodes()
    texts = [f"{letter}{number} 1AA" for letter in "ABCDEFGH" for number in range(1, 99)]

    assert seen.add_new(np.array(texts[:300], "S8"))
    assert seen.add_new(np.array(texts[300:], "S8"))

    assert all(Postcode.parse(text) in seen for text in texts)
    assert Postcode("A1", "1AB") not in seen
