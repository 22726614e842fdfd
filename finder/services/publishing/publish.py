"""Chooses releases, says what making them live would do, publishes, and rolls back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from finder.domain.difference import Difference
from finder.domain.release import Action, AuditEvent, Kind, Publication, Release
from finder.errors import PublicationUnusableError, PublishRefusedError
from finder.services.publishing.compare import compare
from finder.services.publishing.cross_release_checks import check_ground, check_teams
from finder.services.publishing.schedule import make_live, show_moment
from finder.snapshot.build import SnapshotBuilder
from finder.snapshot.matched_index import MatchedIndex
from finder.snapshot.model import Snapshot
from finder.snapshot.stored_index import is_index_stored, store_matched_index
from finder.storage import journal_store, postcode_store, publication_store, release_store
from finder.storage.connections import Connection
from finder.storage.exclusive_transaction import exclusive_transaction
from finder.storage.locks import OnWait
from geodata.findings import Finding, Severity
from geodata.police_forces import Places
from geodata.progress import NO_PROGRESS, Progress, run_in_thread


@dataclass(frozen=True, slots=True)
class Plan:
    """A publication that could be made, compared with the live one, which is None before the first."""

    live: Publication | None
    releases: Mapping[Kind, Release]
    before: Snapshot | None
    snapshot: Snapshot
    warnings: tuple[Finding, ...]
    difference: Difference
    action: Action = Action.PUBLISH

    @property
    def changed(self) -> tuple[Kind, ...]:
        """The kinds whose release would be another than the live one."""
        return tuple(
            kind for kind in Kind if self.live is None or self.live.releases[kind].number != self.releases[kind].number
        )


async def plan_publication(
    connection: Connection, names: Sequence[str], places: Places, progress: Progress = NO_PROGRESS
) -> Plan:
    """Plan to publish the named releases, or the newest staged of each kind where none is named.

    `begin` is told of each step: reading, matching and comparing what is live with what would be.
    Raises PublishRefusedError where there is nothing to publish, or not yet one release of each kind.
    """
    live = await publication_store.find_live(connection)
    chosen = await (_named(connection, names) if names else _staged(connection))
    releases = {**(live.releases if live else {}), **chosen}
    missing = [kind.value for kind in Kind if kind not in releases]
    if missing:
        message = f"There is no release of {' and '.join(missing)} yet. Load one first: finder load --help."
        raise PublishRefusedError(message)
    return await _plan(connection, live, releases, places, progress)


async def plan_rollback(
    connection: Connection, kind: Kind | None, places: Places, progress: Progress = NO_PROGRESS
) -> Plan:
    """Plan to publish what the kinds that the last publication changed (or the named kind) were before it.

    Raises PublishRefusedError where there is nothing to go back to.
    """
    live = await publication_store.find_live(connection)
    earlier = await _live_before(connection, live) if live else []
    if live is None or not earlier:
        message = "There is no earlier publication to go back to."
        raise PublishRefusedError(message)
    before = {kind: _before(live, earlier, kind)} if kind else dict(earlier[0].releases)
    plan = await _plan(connection, live, {**live.releases, **before}, places, progress)
    return replace(plan, action=Action.ROLL_BACK)


async def publish(  # noqa: PLR0913 - all but the first two are keywords
    connection: Connection,
    plan: Plan,
    *,
    made_by: str,
    note: str,
    at: datetime | None = None,
    on_wait: OnWait = lambda _: None,
    progress: Progress = NO_PROGRESS,
) -> Publication:
    """Make a plan live in one transaction: at once, or at a moment to come; `waiting` is told who holds it up.

    Raises PublishRefusedError where something else has gone live since the plan was made, or the moment cannot be.
    """
    await _require_current(connection, plan, at)
    # Before its turn: for the whole country it takes seconds, in which others are not held up.
    await _keep_grounds(connection, plan, progress)
    async with exclusive_transaction(connection, lock_owner=f"{plan.action} by {made_by}", on_wait=on_wait):
        await _require_current(connection, plan, at)
        if at is None:
            action = plan.action
            made = await make_live(connection, plan.live, plan.releases, made_by=made_by, note=note)
        else:
            action = Action.SCHEDULE
            made = await publication_store.insert(connection, plan.releases, made_by=made_by, note=note, live_from=at)
        event = AuditEvent(made_by, action, note, warnings=len(plan.warnings), publication=made)
        await journal_store.insert(connection, event)
        publication = await publication_store.get(connection, made)
        for each in (publication, await publication_store.find_scheduled(connection)):
            if each and not await is_index_stored(connection, each):  # somebody has scheduled or pruned meanwhile
                await store_matched_index(connection, each, progress=progress)
    return publication


async def _keep_grounds(connection: Connection, plan: Plan, progress: Progress) -> None:
    """Those of the publication to be, and of the one that is scheduled as it would be made anew on top of it."""
    candidate = plan.snapshot.publication
    await store_matched_index(
        connection, candidate, MatchedIndex(plan.snapshot.postcodes, plan.snapshot.wards), progress
    )
    scheduled = await publication_store.find_scheduled(connection)
    if scheduled and plan.live:
        own = {kind: scheduled.releases[kind] for kind in scheduled.changes(plan.live)}
        await store_matched_index(connection, replace(scheduled, releases={**plan.releases, **own}), progress=progress)


async def _require_current(connection: Connection, plan: Plan, at: datetime | None) -> None:
    """Refuse a plan that something else went live after, and a moment that cannot be."""
    number = await publication_store.find_live_number(connection)
    if number != (plan.live.number if plan.live else None):
        message = f"Publication {number} went live while you were looking. Compare again, then publish."
        raise PublishRefusedError(message)
    if at is not None:
        await _require_free(connection, plan, at)


async def _require_free(connection: Connection, plan: Plan, at: datetime) -> None:
    """Refuse a moment that is past, one before anything is live, and a second publication that waits."""
    if plan.live is None:
        message = "Nothing is live yet: publish at once first, then schedule what changes."
        raise PublishRefusedError(message)
    if at <= datetime.now(UTC):
        message = f"{show_moment(at)} is past. Choose a moment to come, or publish at once without --at."
        raise PublishRefusedError(message)
    scheduled = await publication_store.find_scheduled(connection)
    if scheduled is not None:
        message = (
            f"Publication {scheduled.number} is scheduled for {show_moment(scheduled.live_from)} already, and one "
            f"waits at a time. Withdraw it (finder withdraw {scheduled.number}): what it names is then staged again."
        )
        raise PublishRefusedError(message)


async def _plan(
    connection: Connection,
    live: Publication | None,
    releases: Mapping[Kind, Release],
    places: Places,
    progress: Progress,
) -> Plan:
    """Build the very snapshot that workers would build, so that data which cannot be served is never published."""
    _refuse_idle(live, releases)
    now = datetime.now(UTC)
    candidate = Publication(live.number + 1 if live else 1, now, "", "", releases)
    before = await _usable(connection, live, places, progress) if live else None
    snapshot = await SnapshotBuilder(places, progress=progress).build(connection, candidate, now, before)
    warnings: list[Finding] = []  # what matters most stands first: it is read from the top, if at all to the end
    if live is None or candidate.changes(live) != (Kind.DIRECTORY,):
        step = progress.start_step("ward codes of the postcode file read", releases[Kind.POSTCODES].rows)
        own_wards = await postcode_store.read_wards(connection, releases[Kind.POSTCODES].number, step)
        warnings += check_ground(snapshot, own_wards)
    warnings += check_teams(snapshot)
    for kind, release in releases.items():
        if release.warnings and (live is None or live.releases[kind].number != release.number):
            findings = await release_store.read_findings(connection, release.number)
            warnings += [finding for finding in findings if finding.severity is Severity.WARNING]
    difference = await run_in_thread(lambda begun: compare(before, snapshot, begun), progress)
    return Plan(live, releases, before, snapshot, tuple(warnings), difference)


async def _usable(connection: Connection, live: Publication, places: Places, progress: Progress) -> Snapshot | None:
    """The snapshot of what is live; None where it is damaged, since just then another must be published."""
    try:
        return await SnapshotBuilder(places, progress=progress).build(connection, live, datetime.now(UTC))
    except PublicationUnusableError:
        return None


def _refuse_idle(live: Publication | None, releases: Mapping[Kind, Release]) -> None:
    """Refuse what is live already, and releases whose rows are gone."""
    if live and all(live.releases[kind].number == releases[kind].number for kind in Kind):
        message = f"There is nothing to publish: publication {live.number} has these releases already."
        raise PublishRefusedError(message)
    pruned = [release.id for release in releases.values() if release.pruned]
    if pruned:
        message = f"The rows of {', '.join(pruned)} were pruned. Load the file again, then publish that."
        raise PublishRefusedError(message)


async def _live_before(connection: Connection, live: Publication) -> list[Publication]:
    """The publications that were live before one, newest first; those withdrawn never were."""
    known = await publication_store.list_publications(connection)
    return [each for each in known if each.number < live.number and not each.withdrawn]


async def _named(connection: Connection, names: Sequence[str]) -> dict[Kind, Release]:
    known = {release.id: release for release in await release_store.list_releases(connection)}
    chosen: dict[Kind, Release] = {}
    for name in names:
        release = known.get(name)
        if release is None:
            message = f"There is no release {name}. `finder releases` lists them."
            raise PublishRefusedError(message)
        if release.kind in chosen:
            message = f"{chosen[release.kind].id} and {name} are of one kind: name one release of each."
            raise PublishRefusedError(message)
        chosen[release.kind] = release
    return chosen


async def _staged(connection: Connection) -> dict[Kind, Release]:
    found = {kind: await release_store.find_newest_staged(connection, kind) for kind in Kind}
    chosen = {kind: release for kind, release in found.items() if release}
    if not chosen:
        message = "Nothing is staged. Load a file first: finder load --help."
        raise PublishRefusedError(message)
    return chosen


def _before(live: Publication, earlier: Sequence[Publication], kind: Kind) -> Release:
    current = live.releases[kind]
    found = next((each.releases[kind] for each in earlier if each.releases[kind].number != current.number), None)
    if found is None:
        message = f"No other release of {kind} was ever live."
        raise PublishRefusedError(message)
    return found
