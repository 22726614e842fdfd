"""Collects the warnings that staff read before they publish, the most important first."""

from finder.domain.release import Kind, Publication, Release
from finder.services.publishing.choose_releases import Releases
from finder.services.publishing.cross_release_checks import check_teams, check_vintages
from finder.snapshot.model import Snapshot
from finder.storage import postcode_store, release_store
from finder.storage.connections import Connection
from geodata.check_report import Finding, Severity
from geodata.progress import Progress


async def collect_warnings(
    connection: Connection, live: Publication | None, candidate: Snapshot, progress: Progress
) -> list[Finding]:
    """Warnings about releases that do not fit each other, then those that each new release was staged with."""
    releases = candidate.publication.releases
    warnings: list[Finding] = []
    if live is None or candidate.publication.changes(live) != (Kind.DIRECTORY,):
        step = progress.start_step("ward codes of the postcode file read", releases[Kind.POSTCODES].rows)
        own_wards = await postcode_store.read_wards(connection, releases[Kind.POSTCODES].number, step)
        warnings += check_vintages(candidate, own_wards)
    warnings += check_teams(candidate)
    warnings += await _check_base(connection, live, releases[Kind.DIRECTORY])
    return warnings + await _read_warnings(connection, live, releases)


async def _check_base(connection: Connection, live: Publication | None, directory: Release) -> list[Finding]:
    """Warns if a staged directory was loaded on one that is not live any more: it would undo what went live since."""
    if live is None or directory.published_at is not None:
        return []
    known = {each.number: each for each in await release_store.list_releases(connection)}
    base = directory
    while base.base is not None and base.published_at is None:  # a staged release may continue another staged one
        base = known[base.base]
    now = live.releases[Kind.DIRECTORY]
    if base.published_at is None or base.number == now.number:
        return []
    problem = f"{directory.id} was loaded on {base.id}, and {now.id} is live since: publishing it undoes what changed."
    remedy = "Load the file again, so that it builds on what is live."
    return [Finding(Severity.WARNING, problem, remedy, value=directory.id)]


async def _read_warnings(connection: Connection, live: Publication | None, releases: Releases) -> list[Finding]:
    warnings: list[Finding] = []
    for kind, release in releases.items():
        if release.warnings and (live is None or live.releases[kind].number != release.number):
            findings = await release_store.read_findings(connection, release.number)
            warnings += [finding for finding in findings if finding.severity is Severity.WARNING]
    return warnings
