"""Chooses the releases of the next publication: those named, or the newest staged."""

from collections.abc import Mapping, Sequence

from finder.domain.release import Kind, Publication, Release
from finder.errors import PublishRefusedError
from finder.storage import release_store
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


def require_publishable(live: Publication | None, releases: Releases) -> None:
    """Refuse releases that are all live already, and releases whose rows were pruned."""
    if live and all(live.releases[kind].number == releases[kind].number for kind in Kind):
        message = f"There is nothing to publish: publication {live.number} has these releases already."
        raise PublishRefusedError(message)
    pruned = [release.id for release in releases.values() if release.pruned]
    if pruned:
        message = f"The rows of {', '.join(pruned)} were pruned or discarded. Load the file again, then publish that."
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
