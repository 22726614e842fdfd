"""Publications whose moment has yet to come: made, kept in step with what goes live meanwhile, withdrawn."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final

from finder.domain.directory import Directory
from finder.domain.release import Action, AuditEvent, Kind, Part, Publication, Release, Source
from finder.domain.surgery import LONDON, Change, Series
from finder.errors import PublishRefusedError
from finder.services.publishing.stage_directory import stage_directory
from finder.storage import directory_store, journal_store, publication_store, release_store
from finder.storage.connections import Connection
from finder.storage.exclusive_transaction import exclusive_transaction
from finder.storage.locks import OnWait

_SURGERY_PARTS: Final = ("surgeries", "changes")


async def make_live(
    connection: Connection, live: Publication | None, releases: Mapping[Kind, Release], *, made_by: str, note: str
) -> int:
    """Make a publication that is live at once, within the caller's exclusive transaction, and give its number.

    A scheduled publication is withdrawn and made anew on top of it, for the same moment and under the next number:
    the kinds that it changes stay its own, the others follow what is live. So its lower number never hides it, and
    nothing that was published or cancelled meanwhile comes back when it goes live. Raises PublishRefusedError where
    both change the same part of the directory.
    """
    scheduled = await publication_store.find_scheduled(connection)
    number = await publication_store.insert(connection, releases, made_by=made_by, note=note)
    if scheduled is not None and live is not None:
        made = await publication_store.get(connection, number)
        await _follow(connection, scheduled, _Step(live, made))
    return number


async def withdraw(
    connection: Connection, number: int, *, withdrawn_by: str, on_wait: OnWait = lambda _: None
) -> Publication:
    """See to it that a scheduled publication never goes live; what it named is staged again.

    Raises PublishRefusedError where the publication is not one that waits for its moment.
    """
    async with exclusive_transaction(connection, lock_owner=f"withdraw by {withdrawn_by}", on_wait=on_wait):
        scheduled = await publication_store.find_scheduled(connection)
        if scheduled is None or scheduled.number != number:
            other = f"Publication {scheduled.number} is the one that waits." if scheduled else "None is scheduled."
            message = f"Publication {number} is not waiting for its moment. {other}"
            raise PublishRefusedError(message)
        await _withdraw(connection, scheduled, withdrawn_by, f"withdraw {number}")
    return scheduled


@dataclass(frozen=True, slots=True)
class _Step:
    """From what was live to what is."""

    before: Publication
    after: Publication


async def _follow(connection: Connection, scheduled: Publication, step: _Step) -> None:
    """Make a scheduled publication anew after what is live has changed under it."""
    by, number = step.after.made_by, step.after.number
    own = {kind: scheduled.releases[kind] for kind in scheduled.changes(step.before)}
    both_change = Kind.DIRECTORY in own and Kind.DIRECTORY in step.after.changes(step.before)
    if both_change and Kind.DIRECTORY in scheduled.changes(step.after):
        own[Kind.DIRECTORY] = await _merge(connection, own[Kind.DIRECTORY], step)
    await _withdraw(connection, scheduled, by, f"withdraw {scheduled.number}, made anew after publication {number}")
    wanted = replace(scheduled, releases={**step.after.releases, **own})
    if not wanted.changes(step.after):
        return  # all that it was to change is live now
    made = await publication_store.insert(
        connection, wanted.releases, made_by=wanted.made_by, note=wanted.note, live_from=wanted.live_from
    )
    note = f"publication {scheduled.number} made anew after publication {number}"
    await journal_store.insert(connection, AuditEvent(by, Action.SCHEDULE, note, publication=made))


async def _withdraw(connection: Connection, scheduled: Publication, by: str, note: str) -> None:
    await publication_store.withdraw(connection, scheduled.number, withdrawn_by=by)
    await journal_store.insert(connection, AuditEvent(by, Action.WITHDRAW, note, publication=scheduled.number))


async def _merge(connection: Connection, scheduled: Release, step: _Step) -> Release:
    """A directory release with what was scheduled and with what has gone live since."""
    base, live = step.before.releases[Kind.DIRECTORY], step.after.releases[Kind.DIRECTORY]
    old, new, planned = [await directory_store.read(connection, each.number) for each in (base, live, scheduled)]
    merged = merge_changes(old, new, planned)
    findings = await release_store.read_findings(connection, scheduled.number)
    sources = [_source(part, (old, planned), (live, scheduled)) for part in _parts(scheduled)]
    return await stage_directory(connection, merged, findings, sources)


def merge_changes(base: Directory, live: Directory, planned: Directory) -> Directory:
    """What two directories changed about a third, together: a part is taken from the one that changed it.

    Cancelled and moved dates are merged one by one, and for a date that both changed the live directory counts.
    Raises PublishRefusedError where both changed the same part otherwise, or their parts do not fit each other.
    """
    parts: dict[str, Any] = {}
    for name in (field.name for field in fields(Directory) if field.name != "changes"):
        old, new, wanted = (getattr(directory, name) for directory in (base, live, planned))
        if old not in (new, wanted) and new != wanted:
            raise _clash(f"Both change the {name}")
        parts[name] = new if wanted == old else wanted
    merged = replace(planned, **parts)
    _require_fit(merged)
    return replace(merged, changes=_merge_dates(base, live, planned, merged))


def _merge_dates(base: Directory, live: Directory, planned: Directory, merged: Directory) -> tuple[Change, ...]:
    """The planned changes of single dates with those that the live directory has made, or unmade, since."""
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


def _require_fit(merged: Directory) -> None:
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


def _parts(release: Release) -> list[Part]:
    return [source.part for source in release.sources]


def _source(part: Part, contents: tuple[Directory, Directory], releases: tuple[Release, Release]) -> Source:
    """Where a part of a merged directory comes from: the scheduled release if that changed it, else the live one."""
    (old, planned), (live, scheduled) = contents, releases
    names = _SURGERY_PARTS if part is Part.SURGERIES else (part.value,)
    changed = any(getattr(old, name) != getattr(planned, name) for name in names)
    sources = [*(scheduled if changed else live).sources, *scheduled.sources]
    return next(source for source in sources if source.part is part)


def show_moment(moment: datetime) -> str:
    """A moment on the clocks of London, for a sentence."""
    return f"{moment.astimezone(LONDON):%Y-%m-%d %H:%M}"
