"""What each rollback returned to: inserted with its publication, and listed."""

from finder.domain.publication_history import Returns
from finder.domain.release import Kind
from finder.storage.connections import Connection
from finder.storage.sql_queries import query


async def insert(connection: Connection, publication: int, returns: Returns) -> None:
    """Inserts what a publication returned to, within the transaction that makes the publication."""
    rows = [(publication, kind, "", number) for kind, number in returns.kinds.items()]
    rows += [(publication, Kind.DIRECTORY, team_id, number) for team_id, number in returns.teams.items()]
    await connection.executemany(query("insert_rollback_target"), rows)


async def read(connection: Connection) -> dict[int, Returns]:
    """Returns what every rollback returned to, by the number of its publication."""
    kinds: dict[int, dict[Kind, int]] = {}
    teams: dict[int, dict[str, int]] = {}
    for publication, kind, team_id, number in await connection.fetch(query("list_rollback_targets")):
        kinds.setdefault(publication, {})
        teams.setdefault(publication, {})
        if team_id:
            teams[publication][team_id] = number
        else:
            kinds[publication][Kind(kind)] = number
    return {publication: Returns(kinds[publication], teams[publication]) for publication in kinds}
