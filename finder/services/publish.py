"""Chooses releases, says what making them live would do, publishes, and rolls back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from finder.domain.release import Kind, Publication, Release
from finder.domain.snapshot import Snapshot
from finder.errors import PublishRefusedError
from finder.services.snapshot import build_snapshot
from finder.storage import publications
from finder.storage.connect import Connection
from geodata.places import Places
from geodata.report import Finding, Severity


@dataclass(frozen=True, slots=True)
class Plan:
    """A publication that could be made, compared with the live one, which is None before the first."""

    live: Publication | None
    releases: Mapping[Kind, Release]
    snapshot: Snapshot
    warnings: tuple[Finding, ...]

    @property
    def changed(self) -> tuple[Kind, ...]:
        """The kinds whose release would be another than the live one."""
        return tuple(
            kind for kind in Kind if self.live is None or self.live.releases[kind].number != self.releases[kind].number
        )


async def plan_publication(connection: Connection, names: Sequence[str], places: Places) -> Plan:
    """Plan to publish the named releases, or the newest staged of each kind where none is named.

    Raises PublishRefusedError where there is nothing to publish, or not yet one release of each kind.
    """
    live = await publications.find_live(connection)
    chosen = await (_named(connection, names) if names else _staged(connection))
    releases = {**(live.releases if live else {}), **chosen}
    missing = [kind.value for kind in Kind if kind not in releases]
    if missing:
        message = f"There is no release of {' and '.join(missing)} yet. Load one first: finder load --help."
        raise PublishRefusedError(message)
    return await _plan(connection, live, releases, places)


async def plan_rollback(connection: Connection, kind: Kind | None, places: Places) -> Plan:
    """Plan to publish what the kinds that the last publication changed (or the named kind) were before it.

    Raises PublishRefusedError where there is nothing to go back to.
    """
    live = await publications.find_live(connection)
    earlier = [each for each in await publications.list_publications(connection) if live and each.number < live.number]
    if live is None or not earlier:
        message = "There is no earlier publication to go back to."
        raise PublishRefusedError(message)
    before = {kind: _before(live, earlier, kind)} if kind else dict(earlier[0].releases)
    return await _plan(connection, live, {**live.releases, **before}, places)


async def publish(connection: Connection, plan: Plan, *, made_by: str, note: str) -> Publication:
    """Make a plan live in one transaction.

    Raises PublishRefusedError where something else has gone live since the plan was made.
    """
    async with publications.exclusive(connection):
        number = await publications.find_live_number(connection)
        if number != (plan.live.number if plan.live else None):
            message = f"Publication {number} went live while you were looking. Compare again, then publish."
            raise PublishRefusedError(message)
        made = await publications.insert(connection, plan.releases, made_by=made_by, note=note)
    publication = await publications.find(connection, made)
    if publication is None:  # cannot be: it was committed a moment ago, and publications are never deleted
        raise AssertionError
    return publication


async def _plan(
    connection: Connection, live: Publication | None, releases: Mapping[Kind, Release], places: Places
) -> Plan:
    """Build the very snapshot that workers would build, so that data which cannot be served is never published."""
    if live and all(live.releases[kind].number == releases[kind].number for kind in Kind):
        message = f"There is nothing to publish: publication {live.number} has these releases already."
        raise PublishRefusedError(message)
    now = datetime.now(UTC)
    candidate = Publication(live.number + 1 if live else 1, now, "", "", releases)
    snapshot = await build_snapshot(connection, candidate, places, now)
    warnings = [*_wards_without_team(snapshot)]
    for kind, release in releases.items():
        if release.warnings and (live is None or live.releases[kind].number != release.number):
            findings = await publications.read_findings(connection, release.number)
            warnings += [finding for finding in findings if finding.severity is Severity.WARNING]
    return Plan(live, releases, snapshot, tuple(warnings))


def _wards_without_team(snapshot: Snapshot) -> list[Finding]:
    located = snapshot.postcodes.ward_positions
    counts = np.bincount(located[located >= 0], minlength=len(snapshot.wards.wards))
    return [
        Finding(
            Severity.WARNING,
            f"{ward.name} ({ward.gss_code}) has no team; {count} postcodes are in it.",
            "Load a coverage file that gives it one.",
        )
        for ward, count in zip(snapshot.wards.wards, counts.tolist(), strict=True)
        if ward.gss_code not in snapshot.team_of_ward
    ]


async def _named(connection: Connection, names: Sequence[str]) -> dict[Kind, Release]:
    known = {release.id: release for release in await publications.list_releases(connection)}
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
    found = {kind: await publications.find_newest_staged(connection, kind) for kind in Kind}
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
