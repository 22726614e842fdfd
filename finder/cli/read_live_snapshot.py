"""The live snapshot, for commands that answer from it."""

from datetime import UTC, datetime

from finder.errors import PublishRefusedError
from finder.snapshot.build_snapshot import SnapshotBuilder
from finder.snapshot.model import Snapshot
from finder.storage import publication_store
from finder.storage.connections import Connection
from geodata.police_forces import PoliceForces


async def read_live_snapshot(connection: Connection) -> Snapshot:
    """Builds the snapshot of the live publication; raises PublishRefusedError if nothing is live."""
    live = await publication_store.find_live(connection)
    if live is None:
        message = "Nothing is live yet. Load data and run `finder publish`."
        raise PublishRefusedError(message)
    return await SnapshotBuilder(PoliceForces.read()).build(connection, live, datetime.now(UTC))
