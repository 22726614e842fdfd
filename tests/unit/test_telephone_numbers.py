"""Telephone numbers as staff write them: kept, mended where sure, or refused."""

import pytest

from finder.directory_files.cell_corrections import Mended, UnusableCellError
from finder.directory_files.telephone_numbers import read_telephone


@pytest.mark.parametrize(
    "text",
    [
        "101", "999", "111", "116 123", "18000", "18001 101", "18001 0121 496 0000", "0121 496 0000", "01214960000",
        "(0121) 496 0000", "0121-496-0000", "+44 121 496 0000", "020 7946 0018", "07700 900123", "0800 555 111",
        "0800 555111", "0800 1111", "0300 123 4567", "0345 113 5000", "101 ext 1234", "0121 496 0000 extension 22",
        "0121 496 0000, ext. 22",
    ],
)  # fmt: skip
def test_a_usual_number_stays_as_it_is_written(text: str) -> None:
    assert read_telephone(text) == Mended(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Call 101", "101"),
        ("call us on 101", "101"),
        ("Police non-emergency: 101", "101"),
        ("101 (non-emergency)", "101"),
        ("101.0", "101"),
        ("Tel. 0121 496 0000", "0121 496 0000"),
        ("tel:+441214960000", "0121 496 0000"),
        ("0121.496.0000", "0121 496 0000"),
        ("+44 (0)121 496 0000", "0121 496 0000"),
        ("0044 121 496 0000", "0121 496 0000"),
        ("1214960000", "0121 496 0000"),
        ("441214960001", "0121 496 0001"),
        ("4.41214960001E+11", "0121 496 0001"),
        ("01214960000.0", "0121 496 0000"),
        ("0121\u00a0496\u00a00000", "0121 496 0000"),
        ("101 x1234", "101 ext 1234"),
        ("18001-101", "18001 101"),
    ],
)
def test_a_number_with_only_one_meaning_is_mended_and_noted(text: str, number: str) -> None:
    assert read_telephone(text) == Mended(number, f"read as {number}.")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("4.41212E+11", "a spreadsheet has rounded the number."),
        ("4,41212E+11", "a spreadsheet has rounded the number."),
        ("4.4E11", "a spreadsheet has rounded the number."),
        ("441212000000", "a spreadsheet may have rounded the number."),
        ("0121 234 5678 / 07700 900123", "more than one telephone number."),
        ("101 or 999", "more than one telephone number."),
        ("0121 496 0000\n0121 496 0001", "more than one telephone number."),
        ("101 then press 2", "there is more than a telephone number."),
        ("O121 496 0000", "there is more than a telephone number."),
        ("Ask PC Example on 101", "there is more than a telephone number."),
        ("0121 234 567", "no British number is like this; it has 10 digits."),
        ("496 0000", "no British number is like this; it has 7 digits."),
        ("+33 1 23 45 67 89", "not a British number."),
        ("=101", "not a telephone number."),
        ("1", "not a telephone number."),
        ("," * 100_000 + "101", "the text has 100,003 characters."),
    ],
)
def test_a_number_that_cannot_be_known_is_refused_with_the_remedy(text: str, problem: str) -> None:
    with pytest.raises(UnusableCellError) as raised:
        read_telephone(text)

    assert raised.value.problem == problem
    assert raised.value.remedy
