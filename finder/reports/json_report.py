"""Differences, findings and the journal as plain values for JSON, and moved postcodes as CSV."""

import csv
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from finder.domain.next_dates import NextDates
from finder.domain.publication_difference import Difference, PostcodeMove, PostcodeMoves
from finder.domain.release import JournalEntry
from finder.domain.spreadsheet_cells import as_texts
from finder.reports.grouped_findings import group_rows
from finder.services.loading.load_job import LoadResult
from finder.services.publishing.plan import Plan
from geodata.check_report import Finding, Report
from geodata.ward import Ward
from geodata.ward_changes import TOLERANCE_M


def plan(proposed: Plan) -> dict[str, Any]:
    """Returns a planned publication: its releases, its changes and its warnings."""
    return {
        "live": proposed.live.number if proposed.live else None,
        "releases": {kind: release.id for kind, release in proposed.releases.items()},
        "changed": list(proposed.changed),
        "warnings": [finding(each) for each in proposed.warnings],
        **difference(proposed.difference),
    }


def difference(found: Difference) -> dict[str, Any]:
    """Returns changes of wards, postcodes by team, and directory rows. The postcodes themselves are in the CSV."""
    postcodes = found.postcodes
    return {
        "wards": {
            "tolerance_m": TOLERANCE_M,
            "new": [_ward(ward) for ward in found.wards.new],
            "gone": [_ward(ward) for ward in found.wards.gone],
            "renamed": [{**_ward(after), "before": before.name} for before, after in found.wards.renamed],
            "reshaped": [{**_ward(each.after), "moved_m2": round(each.moved_m2)} for each in found.wards.reshaped],
        },
        "postcodes": {
            "before": postcodes.before,
            "after": postcodes.after,
            "new": postcodes.new,
            "gone": postcodes.gone,
            "change_ward": postcodes.change_ward,
            "change_team": postcodes.change_team,
            "teams": [each._asdict() for each in postcodes.teams],
            "flows": [each._asdict() for each in postcodes.flows],
        },
        "directory": {part: asdict(rows) for part, rows in found.directory.items()},
    }


def load(report: Report, loaded: LoadResult | None) -> dict[str, Any]:
    """Returns the result of a load; `loaded` is None if it was refused."""
    release = loaded.release if loaded else None
    return {
        "file": report.file,
        "refused": loaded is None,
        "release": release.id if release else None,
        "rows": loaded.rows if loaded else None,
        "errors": report.errors,
        "warnings": report.warnings,
        "left_out": report.left_out,
        "findings": [{**finding(each), "rows": list(rows)} for each, rows in group_rows(report.findings)],
        "recurrences": [_recurrence(each) for each in loaded.recurrences] if loaded else [],
    }


def finding(each: Finding) -> dict[str, Any]:
    """Returns one finding."""
    return asdict(each)


def journal(entries: Iterable[JournalEntry]) -> list[dict[str, Any]]:
    """Returns entries of the journal; times are in ISO 8601."""
    return [_entry(entry) for entry in entries]


def write_moves(moves: PostcodeMoves, path: Path) -> None:
    """Writes every postcode that changes ward or team, is new or is gone, as CSV without formulas."""
    codes, ids = as_texts(moves.ward_codes), as_texts(moves.team_ids)
    moves = replace(moves, ward_codes=tuple(codes), team_ids=tuple(ids))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(PostcodeMove._fields)
        writer.writerows(moves)


def _entry(entry: JournalEntry) -> dict[str, Any]:
    event, source = entry.event, entry.event.source
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "who": event.who,
        "claims": entry.claims,
        "database_role": entry.database_role,
        "action": event.action,
        "note": event.note,
        "file": source.name if source else None,
        "part": source.part if source else None,
        "sha256": source.sha256 if source else None,
        "bytes": source.size if source else None,
        "errors": event.errors,
        "warnings": event.warnings,
        "release": event.release,
        "publication": event.publication,
        "hash": entry.hash,
    }


def _recurrence(each: NextDates) -> dict[str, Any]:
    return {
        "surgery": each.surgery.id,
        "team": each.surgery.team_id,
        "recurrence": each.surgery.recurrence,
        "meaning": each.meaning,
        "next": [day.isoformat() for day in each.dates],
    }


def _ward(ward: Ward) -> dict[str, str]:
    return {"gss_code": ward.gss_code, "name": ward.name, "district": ward.district.name}
