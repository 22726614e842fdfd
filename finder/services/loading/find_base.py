"""Finds the release that a load builds on, and the one that has the rows of the same file already."""

from finder.domain.release import Kind, Part, Release, Source
from finder.errors import LoadRefusedError
from finder.services.loading.load_job import LoadJob
from finder.storage import release_store
from finder.storage.connections import Connection
from geodata.readers.boundaries.ward_file_options import NO_OPTIONS


async def find_base(connection: Connection, job: LoadJob) -> Release | None:
    """Returns the live release of the job's kind, or the staged one that it names; None before the first publication.

    A load never builds on what somebody left staged, unless it is named. Raises LoadRefusedError if the named release
    is not staged, or is of another kind, or if rows of teams are loaded before any team.
    """
    kind, onto = job.part.kind, job.onto
    if not onto:
        live = await release_store.find_live(connection, kind)
        if live is None and kind is Kind.DIRECTORY and job.part is not Part.TEAMS:
            await _refuse_without_teams(connection)
        return live
    release = next((each for each in await release_store.list_releases(connection) if each.id == onto), None)
    if release is None:
        message = f"There is no release {onto}. `finder releases` lists them."
        raise LoadRefusedError(message)
    if release.kind is not kind:
        message = f"{onto} is a release of {release.kind}, and this file goes into the {kind}. Name one of the {kind}."
        raise LoadRefusedError(message)
    if release.published_at is not None or release.pruned:
        message = f"{onto} is not staged any more. Leave out --onto: a load builds on what is live."
        raise LoadRefusedError(message)
    return release


async def _refuse_without_teams(connection: Connection) -> None:
    staged = await release_store.find_newest_staged(connection, Kind.DIRECTORY)
    remedy = f"add --onto {staged.id} to continue what is staged" if staged else "load the teams first"
    raise LoadRefusedError(f"Nothing is live yet, so these rows have no teams to belong to: {remedy}.")


async def find_same_rows(connection: Connection, job: LoadJob, source: Source) -> Release | None:
    """Returns the live or staged release of a whole kind that came from the same file and still has its rows.

    It is None for parts of the directory: those are compared row by row, because another part's load may have removed
    rows of this one.
    """
    if job.check_only or job.part.kind is Kind.DIRECTORY or job.ward_options != NO_OPTIONS:
        return None
    live = await release_store.find_live(connection, job.part.kind)
    known = await release_store.list_releases(connection)
    current = [
        release
        for release in known
        if release.kind is job.part.kind and not release.pruned and (live is None or release.number >= live.number)
    ]
    same = [release for release in current if any(_has_same_rows(each, source) for each in release.sources)]
    return same[-1] if same else None


def _has_same_rows(earlier: Source, source: Source) -> bool:
    """Returns whether an earlier source is the same file, and was read without options that give it other rows."""
    return earlier.sha256 == source.sha256 and " --" not in earlier.name
