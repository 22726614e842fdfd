"""Plans a rollback: the last publication that is not itself undone, or a return to an earlier one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from finder.domain.directory import Directory
from finder.domain.publication_history import PublicationHistory, Returns
from finder.domain.release import Action, Kind, Publication, Release
from finder.domain.roll_back_directory import keep_dates, with_rows_of_team
from finder.errors import PublishRefusedError
from finder.services.publishing.plan import Plan, plan_releases
from finder.services.publishing.stage_directory_without_files import stage_directory
from finder.storage import directory_store, publication_store, rollback_store
from finder.storage.connections import Connection
from finder.storage.exclusive_transaction import exclusive_transaction
from geodata.police_forces import PoliceForces
from geodata.progress import NO_PROGRESS, Progress

_NOTHING_EARLIER = "There is no earlier publication to go back to."


@dataclass(frozen=True, slots=True)
class Rollback:
    """What to roll back: all or one kind, all or one team, the last publication or down to one by its number.

    Dates that were cancelled or moved since publication `to` stay so unless `exactly`.
    """

    kind: Kind | None = None
    team: str = ""
    to: int | None = None
    exactly: bool = False


async def plan_rollback(
    connection: Connection, wanted: Rollback, forces: PoliceForces, progress: Progress = NO_PROGRESS
) -> Plan:
    """Plan a publication that brings earlier rows back. It may stage a directory for that, which is then published.

    Raises PublishRefusedError if there is nothing to go back to.
    """
    live = await publication_store.find_live(connection)
    if live is None:
        raise PublishRefusedError(_NOTHING_EARLIER)
    history = await _read_history(connection, live)
    if wanted.team:
        releases, returns = await _of_team(connection, live, history, wanted)
    elif wanted.to is not None:
        releases, returns = await _to_number(connection, live, wanted, wanted.to)
    else:
        releases, returns = await _undo_last(connection, live, history, wanted.kind)
    plan = await plan_releases(connection, live, {**live.releases, **releases}, forces, progress)
    return replace(plan, action=Action.ROLL_BACK, returns=returns)


async def _read_history(connection: Connection, live: Publication) -> PublicationHistory:
    known = await publication_store.list_publications(connection)
    been_live = [each for each in reversed(known) if each.number <= live.number and not each.withdrawn]
    return PublicationHistory(been_live, await rollback_store.read(connection))


async def _undo_last(
    connection: Connection, live: Publication, history: PublicationHistory, kind: Kind | None
) -> tuple[Mapping[Kind, Release], Returns]:
    undo = history.find_undo(kind)
    if undo is None:
        raise PublishRefusedError(f"No earlier release of {kind} was live." if kind else _NOTHING_EARLIER)
    releases = {each: undo.before.releases[each] for each in undo.kinds}
    teams: dict[str, int] = {}
    if Kind.DIRECTORY in undo.kinds and (teams := history.teams_returned_below(undo.undone.number)):
        releases[Kind.DIRECTORY] = await _with_teams(connection, live, undo.before.releases[Kind.DIRECTORY], teams)
    return releases, Returns(dict.fromkeys(undo.kinds, undo.before.number), teams)


async def _to_number(
    connection: Connection, live: Publication, wanted: Rollback, number: int
) -> tuple[Mapping[Kind, Release], Returns]:
    target = await _find_earlier(connection, live, number)
    kinds = [wanted.kind] if wanted.kind else list(Kind)
    releases = {kind: target.releases[kind] for kind in kinds}
    if Kind.DIRECTORY in kinds and not wanted.exactly:
        then = await directory_store.read(connection, target.releases[Kind.DIRECTORY].number)
        now = await directory_store.read(connection, live.releases[Kind.DIRECTORY].number)
        kept = keep_dates(then, now)
        if kept != then:
            releases[Kind.DIRECTORY] = await _stage(connection, live, kept, target.releases[Kind.DIRECTORY])
    return releases, Returns(dict.fromkeys(kinds, number))


async def _of_team(
    connection: Connection, live: Publication, history: PublicationHistory, wanted: Rollback
) -> tuple[Mapping[Kind, Release], Returns]:
    if wanted.kind not in {None, Kind.DIRECTORY}:
        raise PublishRefusedError(f"A team has rows in the directory only, and none among the {wanted.kind}.")
    now = await directory_store.read(connection, live.releases[Kind.DIRECTORY].number)
    if wanted.to is not None:
        target = await _find_earlier(connection, live, wanted.to)
        then = await directory_store.read(connection, target.releases[Kind.DIRECTORY].number)
    else:
        target, then = await _before_last_change(connection, history, wanted.team)
    changed = with_rows_of_team(now, then, wanted.team)
    if changed == now:
        raise PublishRefusedError(f"The rows of {wanted.team} are those of publication {target.number} already.")
    release = await _stage(connection, live, changed, live.releases[Kind.DIRECTORY])
    return {Kind.DIRECTORY: release}, Returns(teams={wanted.team: target.number})


async def _before_last_change(
    connection: Connection, history: PublicationHistory, team_id: str
) -> tuple[Publication, Directory]:
    """Returns the publication before the last one that changed a team and is not undone, and its directory."""
    for before, after in history.team_steps(team_id):
        old, new = [
            await directory_store.read(connection, each.releases[Kind.DIRECTORY].number) for each in (before, after)
        ]
        if with_rows_of_team(new, old, team_id) != new:
            return before, old
    raise PublishRefusedError(f"No earlier publication has other rows of {team_id}.")


async def _find_earlier(connection: Connection, live: Publication, number: int) -> Publication:
    publication = await publication_store.find(connection, number)
    if publication is None or publication.withdrawn or number > live.number:
        raise PublishRefusedError(f"Publication {number} was never live. `finder releases` lists all publications.")
    if number == live.number:
        raise PublishRefusedError(f"Publication {number} is live.")
    return publication


async def _with_teams(connection: Connection, live: Publication, release: Release, teams: Mapping[str, int]) -> Release:
    """Returns a directory with the rows of teams that were rolled back by themselves to an earlier publication."""
    before = directory = await directory_store.read(connection, release.number)
    for team_id, number in teams.items():
        publication = await publication_store.get(connection, number)
        then = await directory_store.read(connection, publication.releases[Kind.DIRECTORY].number)
        directory = with_rows_of_team(directory, then, team_id)
    return release if directory == before else await _stage(connection, live, directory, release)


async def _stage(connection: Connection, live: Publication, directory: Directory, like: Release) -> Release:
    async with exclusive_transaction(connection, lock_owner="rollback"):
        return await stage_directory(connection, directory, (), like.sources, live.releases[Kind.DIRECTORY].number)
