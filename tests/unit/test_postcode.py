"""Postcodes as people type them."""

import pytest

from geodata.errors import PostcodeMalformedError
from geodata.police_forces import PoliceForces
from geodata.postcode import Postcode


@pytest.mark.parametrize("retired", ["NPT 6XY", "W1N 3AA", "W1Y 1AA"])
def test_retired_postcodes_of_the_ons_directory_are_read(retired: str) -> None:
    assert str(Postcode.parse(retired)) == retired


@pytest.mark.parametrize("pasted", ["B2\t4QA", "B2\n4QA", "B2\u00a04QA", "\ufeffB2 4QA"])
def test_any_white_space_is_accepted_between_the_codes(pasted: str) -> None:
    assert str(Postcode.parse(pasted)) == "B2 4QA"


@pytest.mark.parametrize(
    "typed",
    [
        "B2 4QA",
        "b24qa",
        "B2  4QA",
        " B2 4QA\n",
        "B2–4QA",  # noqa: RUF001 - an en dash
        "B2-4QA",
        "B.2.4.Q.A",
        "Ｂ２　４ＱＡ",  # noqa: RUF001 - full-width, as a Japanese keyboard gives
        "\ufeffB2\u200b4QA",
        "B2\u00a04QA",
    ],
)
def test_a_postcode_is_read_as_people_type_it(typed: str) -> None:
    postcode = Postcode.parse(typed)

    assert str(postcode) == "B2 4QA"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("B1O OAB", "B10 0AB"),
        ("BI 1AY", "B1 1AY"),
        ("CVI 2AA", "CV1 2AA"),
        ("CV1 2AA", "CV1 2AA"),
        ("0X1 2AB", "OX1 2AB"),
        ("1P1 2AB", "IP1 2AB"),
        ("P01 2AB", "PO1 2AB"),
        ("S014 0AA", "SO14 0AA"),
        ("SL0 0AA", "SL0 0AA"),
        ("G1R 0AA", "GIR 0AA"),
    ],
)
def test_o_and_i_are_read_as_0_and_1_if_only_one_reading_is_valid(typed: str, meant: str) -> None:
    postcode = Postcode.parse(typed)

    assert str(postcode) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "HELLO",
        "B2",
        "B2 4Q",
        "B2 4Q0",
        "B2 4QAA",
        "B2 4QC",
        "QB2 4QA",
        "BJ2 4QA",
        "B222 4QA",
        "B" * 10_000,
        "B2 4QA" + " " * 10_000,
        "\0",
        "B2\x004QA",
        "B2 4QA\0",
        "B2%004QA",
        "👮",
        "B2 4QA👮",
        "В2 4QA",  # noqa: RUF001 - the first letter is Cyrillic
        "B2 4QÄ",
        "B２４QA' OR 1=1 --",  # noqa: RUF001 - full-width digits before SQL
        "'; DROP TABLE postcode; --",
        "%00",
        "../",
        "../../etc/passwd",
        "<B2 4QA>",
        "B2/4QA",
    ],
)
def test_text_that_cannot_be_a_postcode_is_malformed(typed: str) -> None:
    with pytest.raises(PostcodeMalformedError):
        Postcode.parse(typed)


def test_the_refusal_of_a_malformed_postcode_does_not_repeat_it() -> None:
    with pytest.raises(PostcodeMalformedError) as refused:
        Postcode.parse("SECRET 1")

    assert "SECRET" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "outward", "inward", "sector", "area", "compact"),
    [
        ("B2 4QA", "B2", "4QA", "B2 4", "B", "B24QA"),
        ("WV10 0AA", "WV10", "0AA", "WV10 0", "WV", "WV100AA"),
        ("EC1A 1BB", "EC1A", "1BB", "EC1A 1", "EC", "EC1A1BB"),
        ("W1A 0AX", "W1A", "0AX", "W1A 0", "W", "W1A0AX"),
    ],
)
def test_a_postcode_knows_its_parts(  # noqa: PLR0913, PLR0917 - one for each part
    text: str, outward: str, inward: str, sector: str, area: str, compact: str
) -> None:
    postcode = Postcode.parse(text)

    parts = (postcode.outward_code, postcode.inward_code, postcode.sector, postcode.area, postcode.compact)
    assert parts == (outward, inward, sector, area, compact)


def test_every_sector_of_great_britain_is_read_as_it_is() -> None:
    sectors = list(PoliceForces.read().district_of_sector)

    misread = [sector for sector in sectors if Postcode.parse(f"{sector}AA").sector != sector]

    assert (len(sectors) > 10_000, misread) == (True, [])


def test_no_sector_of_great_britain_needs_more_than_one_reading() -> None:
    outward_codes = {sector.partition(" ")[0] for sector in PoliceForces.read().district_of_sector}

    misread = [code for code in outward_codes if str(Postcode.parse(code.replace("O", "0") + "1AA")) != f"{code} 1AA"]

    assert misread == []
