"""Chooses the releases of the next publication: those named, the newest staged, or those that were live before."""

from collections.abc import Mapping, Sequence

from finder.domain.release import Kind, Publication, Release
from finder.errors import PublishRefusedError
from finder.storage import publication_store, release_store
from finder.storage.connections import Connection

Releases = Mapping[Kind, Release]
"""One release of each kind."""


async def choose_releases(connection: Connection, live: Publication | None, names: Sequence[str]) -> Releases:
    """The named releases, or without names the newest staged of each kind; the live one of every other kind.

    Raises PublishRefusedError if nothing is staged or a kind has no release yet.
    """
    chosen = await (_find_named(connection, names) if names else _find_staged(connection))
    releases = {**(live.releases if live else {}), **chosen}
    missing = [kind.value for kind in Kind if kind not in releases]
    if missing:
        message = f"There is no release of {' and '.join(missing)} yet. Load one first: finder load --help."
        raise PublishRefusedError(message)
    return releases


async def choose_previous_releases(connection: Connection, live: Publication | None, kind: Kind | None) -> Releases:
    """The releases of the publication before the live one; with a kind, only that kind's release is an earlier one.

    Raises PublishRefusedError if there is nothing to go back to.
    """
    earlier = await _list_earlier(connection, live) if live else []
    if live is None or not earlier:
        message = "There is no earlier publication to go back to."
        raise PublishRefusedError(message)
    if kind is None:
        return {**live.releases, **earlier[0].releases}
    return {**live.releases, kind: _previous_release(live, earlier, kind)}


def require_publishable(live: Publication | None, releases: Releases) -> None:
    """Refuse releases that are all live already, and releases whose rows were pruned."""
    if live and all(live.releases[kind].number == releases[kind].number for kind in Kind):
        message = f"There is nothing to publish: publication {live.number} has these releases already."
        raise PublishRefusedError(message)
    pruned = [release.id for release in releases.values() if release.pruned]
    if pruned:
        message = f"The rows of {', '.join(pruned)} were pruned. Load the file again, then publish that."
        raise PublishRefusedError(message)


async def _find_named(connection: Connection, names: Sequence[str]) -> dict[Kind, Release]:
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


async def _find_staged(connection: Connection) -> dict[Kind, Release]:
    found = {kind: await release_store.find_newest_staged(connection, kind) for kind in Kind}
    chosen = {kind: release for kind, release in found.items() if release}
    if not chosen:
        message = "Nothing is staged. Load a file first: finder load --help."
        raise PublishRefusedError(message)
    return chosen


async def _list_earlier(connection: Connection, live: Publication) -> list[Publication]:
    """The publications that were live before this one, newest first. Withdrawn ones never were."""
    known = await publication_store.list_publications(connection)
    return [each for each in known if each.number < live.number and not each.withdrawn]


def _previous_release(live: Publication, earlier: Sequence[Publication], kind: Kind) -> Release:
    current = live.releases[kind]
    found = next((each.releases[kind] for each in earlier if each.releases[kind].number != current.number), None)
    if found is None:
        message = f"No other release of {kind} was ever live."
        raise PublishRefusedError(message)
    return found
