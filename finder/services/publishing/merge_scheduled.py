"""Merges a scheduled directory with the changes that have gone live since it was scheduled."""

from dataclasses import fields, replace
from typing import Any, Final

from finder.domain.directory import Directory
from finder.domain.release import Kind, Part, Publication, Release, Source
from finder.domain.surgery import Change, Series
from finder.errors import PublishRefusedError
from finder.services.publishing.stage_directory_without_files import stage_directory
from finder.storage import directory_store, release_store
from finder.storage.connections import Connection

_SURGERY_PARTS: Final = ("surgeries", "changes")


async def merge_scheduled_directory(
    connection: Connection, scheduled: Release, before: Publication, after: Publication
) -> Release:
    """Stage a directory that has the changes of a scheduled one and those of `after`, both relative to `before`."""
    base, live = before.releases[Kind.DIRECTORY], after.releases[Kind.DIRECTORY]
    old, new, planned = [await directory_store.read(connection, each.number) for each in (base, live, scheduled)]
    merged = merge_changes(old, new, planned)
    findings = await release_store.read_findings(connection, scheduled.number)
    parts = [source.part for source in scheduled.sources]
    sources = [_source(part, (old, planned), (live, scheduled)) for part in parts]
    return await stage_directory(connection, merged, findings, sources, live.number)


def merge_changes(base: Directory, live: Directory, planned: Directory) -> Directory:
    """Merge the changes that two directories make to `base`: each part comes from the directory that changed it.

    Changes of single dates are merged one by one; the live directory decides about a date that both changed.
    Raises PublishRefusedError if both changed a part in different ways, or if the merged parts do not fit each other.
    """
    parts: dict[str, Any] = {}
    for name in (field.name for field in fields(Directory) if field.name != "changes"):
        old, new, wanted = (getattr(directory, name) for directory in (base, live, planned))
        if old not in (new, wanted) and new != wanted:
            raise _clash(f"Both change the {name}")
        parts[name] = new if wanted == old else wanted
    merged = replace(planned, **parts)
    _require_known_teams(merged)
    return replace(merged, changes=_merge_dates(base, live, planned, merged))


def _merge_dates(base: Directory, live: Directory, planned: Directory, merged: Directory) -> tuple[Change, ...]:
    """The planned changes of single dates, updated with what the live directory has changed or restored."""
    old, new, dates = ({(c.surgery_id, c.occurrence): c for c in each.changes} for each in (base, live, planned))
    for key in old.keys() | new.keys():
        if new.get(key) == old.get(key):
            continue
        if key in new:
            dates[key] = new[key]
        else:
            dates.pop(key, None)
    series = {surgery.id: Series(surgery, ()) for surgery in merged.surgeries}
    fitting = (c for c in dates.values() if c.surgery_id in series and series[c.surgery_id].has(c.occurrence))
    return tuple(sorted(fitting, key=lambda change: (change.surgery_id, change.occurrence)))


def _require_known_teams(merged: Directory) -> None:
    known = {team.id for team in merged.teams}
    parts = (merged.coverage, merged.officers, merged.priorities, merged.surgeries)
    lost = sorted({row.team_id for part in parts for row in part} - known)
    if lost:
        raise _clash(f"One of them has rows of a team that the other does not have ({', '.join(lost)})")


def _clash(what: str) -> PublishRefusedError:
    return PublishRefusedError(
        f"This does not go together with the publication that is scheduled. {what}. Withdraw that one (finder "
        "withdraw), publish this, and schedule again."
    )


def _source(part: Part, contents: tuple[Directory, Directory], releases: tuple[Release, Release]) -> Source:
    """The file of a part: from the scheduled release if that changed the part, else from the live one."""
    (old, planned), (live, scheduled) = contents, releases
    names = _SURGERY_PARTS if part is Part.SURGERIES else (part.value,)
    changed = any(getattr(old, name) != getattr(planned, name) for name in names)
    sources = [*(scheduled if changed else live).sources, *scheduled.sources]
    return next(source for source in sources if source.part is part)
