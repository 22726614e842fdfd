"""Reports that staff mail: self-contained pages, with a table for readers who cannot see the map."""

import base64
import hashlib
import re
from dataclasses import replace
from typing import Final

import html5lib
import pytest

from finder.domain.directory import Coverage
from finder.reports import html_report, json_report
from finder.reports.change_map import draw
from finder.services.loading.load_job import LoadResult
from finder.services.publishing.compare import compare
from finder.services.publishing.plan import Plan
from finder.snapshot.model import Snapshot
from geodata.check_report import Finding, Report, Severity
from tests.support.builders import (
    LADYWOOD,
    NOW,
    SPARKBROOK,
    make_directory,
    make_location,
    make_publication,
    make_snapshot,
    make_ward,
    square,
)

_NEW: Final = "E05016398"
WARDS: Final = (make_ward(), make_ward(SPARKBROOK, square(407_000, 286_000), "Sparkbrook"))
DIRECTORY: Final = make_directory("ladywood", "sparkbrook")
_HOSTILE: Final = "<script>alert(1)</script>"


def one_ward_new() -> Snapshot:
    """Sparkbrook under a new code and Ladywood's team."""
    covered = replace(DIRECTORY, coverage=(*DIRECTORY.coverage, Coverage(_NEW, "ladywood")))
    wards = (WARDS[0], replace(WARDS[1], gss_code=_NEW))
    return make_snapshot(make_location(), make_location("B11 1AA", 407_500), wards=wards, directory=covered)


def make_plan(after: Snapshot | None = None, *warnings: Finding) -> Plan:
    """The change from two wards to the given ones."""
    before = make_snapshot(make_location(), make_location("B11 1AA", 407_500), wards=WARDS, directory=DIRECTORY)
    live = make_publication()
    snapshot = after or one_ward_new()
    return Plan(live, live.releases, before, snapshot, warnings, compare(before, snapshot))


def test_the_page_loads_nothing_from_a_server() -> None:
    html = html_report.plan_page(make_plan(), NOW)

    assert re.findall(r"""(?:src|href|action|srcset)\s*=|url\(|@import|http-equiv="refresh""", html) == []
    assert "default-src 'none'" in html
    assert "<script" not in html


def test_the_page_allows_its_own_style_and_no_other() -> None:
    html = html_report.plan_page(make_plan(), NOW)

    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in html
    assert " style=" not in html


@pytest.mark.parametrize("strict", [True])
def test_the_page_is_valid_html(strict: bool) -> None:  # noqa: FBT001 - a parametrised fact
    html5lib.HTMLParser(strict=strict).parse(html_report.plan_page(make_plan(), NOW))


def test_the_table_under_the_map_says_what_the_map_shows() -> None:
    plan = make_plan()

    drawn = draw(plan.snapshot, plan.difference)

    assert drawn is not None
    assert list(drawn.table.rows) == [(_NEW, "Sparkbrook", "new", "1", "1")]
    assert "Sparkbrook (new): 1 of 1 postcodes change team" in drawn.svg
    assert "Sparkbrook (gone)" in drawn.svg


def test_there_is_no_map_if_no_ward_and_no_team_changes() -> None:
    same = make_snapshot(make_location(), make_location("B11 1AA", 407_500), wards=WARDS, directory=DIRECTORY)
    plan = make_plan(same)

    assert draw(plan.snapshot, plan.difference) is None
    assert "<svg" not in html_report.plan_page(plan, NOW)


def test_markup_in_a_file_is_shown_as_text() -> None:
    report = Report(f"{_HOSTILE}.csv")
    report.error(_HOSTILE, _HOSTILE, value=_HOSTILE, row=3)

    html = html_report.load_page(report, None, None, NOW)

    assert _HOSTILE not in html
    assert "&lt;script&gt;alert(1)" in html


def test_markup_in_a_ward_name_is_shown_as_text() -> None:
    named = (replace(WARDS[0], name=_HOSTILE), WARDS[1])
    plan = make_plan(make_snapshot(make_location(), wards=named, directory=DIRECTORY))

    assert _HOSTILE not in html_report.plan_page(plan, NOW)


def test_a_refused_load_says_that_nothing_was_changed() -> None:
    report = Report("wards.geojson")
    report.error("a ward has no code.", "Give it one.", row=7)

    html = html_report.load_page(report, None, None, NOW)

    assert "Refused: nothing was changed" in html
    assert "a ward has no code." in html
    assert json_report.load(report, None)["refused"] is True


def test_a_load_as_json_has_every_finding_with_its_place() -> None:
    report = Report("officers.csv")
    report.warning("odd.", "Mend it.", row=2, column="rank", value="x")

    written = json_report.load(report, LoadResult(report, 5, None))

    assert (written["refused"], written["rows"], written["warnings"]) == (False, 5, 1)
    assert written["findings"] == [
        {
            "severity": "warning", "problem": "odd.", "remedy": "Mend it.", "file": "officers.csv",
            "row": 2, "column": "rank", "value": "x", "of_whole": False, "rows": [2],
        }
    ]  # fmt: skip


def test_a_plan_as_json_has_wards_postcodes_and_warnings() -> None:
    written = json_report.plan(make_plan(None, Finding(Severity.WARNING, "odd.")))

    assert [ward["gss_code"] for ward in written["wards"]["new"]] == [_NEW]
    assert written["postcodes"]["flows"] == [{"before": "sparkbrook", "after": "ladywood", "postcodes": 1}]
    assert [finding["problem"] for finding in written["warnings"]] == ["odd."]
    assert written["wards"]["gone"][0]["gss_code"] == SPARKBROOK
    assert LADYWOOD not in str(written["wards"])


def test_the_page_shows_the_map_before_the_findings_and_no_column_that_is_empty() -> None:
    html = html_report.plan_page(
        make_plan(None, Finding(Severity.WARNING, "Sparkbrook has no team.", "Load one.")), NOW
    )

    assert html.index("<svg") < html.index("Sparkbrook has no team.") < html.index("The map in words")
    table = html[html.index("<h2>Findings</h2>") : html.index("The map in words")]
    assert re.findall(r"<th [^>]*>(.*?)</th>", table) == ["what", "problem", "remedy"]
