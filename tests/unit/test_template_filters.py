"""How pages write lists, numbers, addresses and code."""

import pytest

from finder.website.template_filters import breakable, coded, dialled, listed, spelled


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], ""),
        (["Aston"], "Aston"),
        (["Aston", "Newtown"], "Aston and Newtown"),
        (["Alum Rock", "Aston", "Newtown"], "Alum Rock, Aston and Newtown"),
        (["Druids Heath, Highter's Heath"], "Druids Heath, Highter's Heath"),
        (["Hall Green North and Sparkhill", "Aston"], "Hall Green North and Sparkhill; and Aston"),
        (
            ["Abbey, Bristnall and Old Warley", "Aston", "Quinton"],
            "Abbey, Bristnall and Old Warley; Aston; and Quinton",
        ),
    ],
)
def test_names_with_a_comma_or_an_and_are_separated_by_semicolons(names: list[str], text: str) -> None:
    assert listed(names) == text


@pytest.mark.parametrize(("number", "word"), [(0, "no"), (2, "two"), (9, "nine"), (10, "10")])
def test_small_numbers_are_words(number: int, word: str) -> None:
    assert spelled(number) == word


def test_a_long_address_may_break_between_lines() -> None:
    assert breakable("example.org/meet/us") == "example.org/<wbr>meet/<wbr>us"
    assert breakable("team@example.org") == "team<wbr>@example.org"


def test_an_address_is_text_and_not_markup() -> None:
    assert breakable("<b>/&") == "&lt;b&gt;/<wbr>&amp;"


def test_text_between_backticks_is_code() -> None:
    assert coded("`force` names <it>; `Retry-After` & more") == (
        "<code>force</code> names &lt;it&gt;; <code>Retry-After</code> &amp; more"
    )


@pytest.mark.parametrize(
    ("number", "link"),
    [
        ("101", "101"),
        ("(0121) 496-0000", "01214960000"),
        ("+44 121 496 0000", "+441214960000"),
        ("18001 101", "18001101"),
        ("0121 496 0000, extension 12", "01214960000;ext=12"),
    ],
)
def test_a_link_dials_the_number_and_not_its_extension_as_more_digits(number: str, link: str) -> None:
    assert dialled(number) == link
