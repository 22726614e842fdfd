"""Columns that KML has only in descriptions are read from tables and lines in HTML."""

import pytest

from geodata.readers.boundaries.kml_descriptions import described_columns

BICKENHILL = {"WD25CD": "E05001284", "WD25NM": "Bickenhill & Marston"}


@pytest.mark.parametrize(
    "description",
    [
        "<table><tr><td>WD25CD</td><td>E05001284</td></tr><tr><td>WD25NM</td><td>Bickenhill &amp; Marston</td></table>",
        "<tr><th>WD25CD:</th><td><b>E05001284</b></td><tr><th>WD25NM</th><td> Bickenhill\n&amp; Marston </td>",
        "<table><tr><th>WD25CD</th><th>WD25NM</th></tr><tr><td>E05001284</td><td>Bickenhill &amp; Marston</td></table>",
        (
            "<html><head><title>x: y</title><style>td {a: b}</style></head><body><table><tr><td>Bickenhill</td></tr>"
            "<tr><td><table><tr><td>WD25CD</td><td>E05001284</td></tr><tr bgcolor='#D4E4F3'><td>WD25NM</td>"
            "<td>Bickenhill &amp; Marston</td></tr></table></td></tr></table></body></html>"
        ),
        "<b>WD25CD:</b> E05001284<br/><b>WD25NM:</b> Bickenhill &amp; Marston",
        (
            '<ul><li><strong><span class="atr-name">WD25CD</span>:</strong> <span>E05001284</span></li>'
            "<li>WD25NM = Bickenhill &amp; Marston</li></ul>"
        ),
        "WD25CD: E05001284\nWD25NM: Bickenhill & Marston",
    ],
)
def test_names_and_values_are_found_in_tables_lists_and_lines(description: str) -> None:
    assert described_columns(description) == BICKENHILL


@pytest.mark.parametrize(
    "description", ["", "Bickenhill", "<p>See the map</p>", "<table></table>", "<td>", "x" * 60_000]
)
def test_text_without_names_and_values_has_no_columns(description: str) -> None:
    assert described_columns(description) == {}
