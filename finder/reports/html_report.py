"""Pages to mail about a load or a publication. Each page is one file and loads nothing from a server."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import jinja2
from markupsafe import Markup

from finder.domain.surgery import LONDON
from finder.reports.change_map import draw
from finder.reports.difference_wording import Table, findings, recurrences, summary, tables
from finder.reports.grouped_findings import in_words
from finder.services.loading.load_job import LoadResult
from finder.services.publishing.plan import Plan
from geodata.check_report import Report
from geodata.plurals import count_of

_environment: Final = jinja2.Environment(
    loader=jinja2.PackageLoader("finder.reports"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def plan_page(plan: Plan, now: datetime) -> str:
    """Renders what a publication would change."""
    names = ", ".join(plan.releases[kind].id for kind in plan.changed)
    against = f"compared with publication {plan.live.number}" if plan.live else "before anything is live"
    return _page(f"What {names} would change", f"{against}, {_said(now)}.", findings(plan.warnings), plan)


def load_page(report: Report, loaded: LoadResult | None, plan: Plan | None, now: datetime) -> str:
    """Renders the findings of the checks of a file and, if it was staged, what publishing it would change."""
    outcome = "Refused: nothing was changed" if loaded is None else f"{loaded.rows:,} rows read"
    if loaded and loaded.release:
        outcome += f", staged as {loaded.release.id}"
    counts = f"{count_of(report.errors, 'error')}, {count_of(report.warnings, 'warning')}"
    if report.left_out:
        counts += f", {report.left_out:,} of them not listed"
    more = [recurrences(loaded.recurrences)] if loaded else []
    return _page(
        f"Check of {report.file}",
        f"{outcome}; {counts}; {_said(now)}.",
        findings(in_words(report.findings)),
        plan,
        more,
    )


def _page(title: str, subtitle: str, found: Table, plan: Plan | None, more: Sequence[Table] = ()) -> str:
    source = _environment.loader
    assert source is not None  # noqa: S101 - given above; for the type checker
    style = source.get_source(_environment, "report.css")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _environment.get_template("report.html").render(
        title=title,
        subtitle=subtitle,
        style=Markup(style),  # noqa: S704 - our own stylesheet, to be hashed as it stands
        style_hash=f"sha256-{digest}",
        findings=found,
        more=more,
        **_changes(plan),
    )


def _changes(plan: Plan | None) -> dict[str, Any]:
    if plan is None:
        return {"sentences": [], "map": None, "tables": []}
    return {
        "sentences": summary(plan.difference),
        "map": draw(plan.snapshot, plan.difference),
        "tables": tables(plan.difference),
    }


def _said(now: datetime) -> str:
    return f"as of {now.astimezone(LONDON):%-d %B %Y, %H:%M}"
