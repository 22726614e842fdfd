"""A hot standby of an embedded PostgreSQL with real streaming replication, for tests and drills."""

from pathlib import Path
from urllib.parse import quote

from finder.embedded.configuration import PORT
from finder.embedded.data_directory import DATABASE, Cluster, StandbyCluster
from finder.embedded.server import EmbeddedPostgres
from finder.embedded.unprivileged_user import Account


class EmbeddedStandby(EmbeddedPostgres):
    """A standby under `data_dir` of a running primary; it answers reads and can be promoted."""

    def __init__(self, data_dir: Path, primary: EmbeddedPostgres, *, durable: bool = True) -> None:
        super().__init__(data_dir, durable=durable)
        self._primary = primary

    def _make_cluster(self, programs: Path, account: Account) -> Cluster:
        return StandbyCluster(self._folder, programs, account, self._primary.sockets)

    @property
    def dsn_of_both(self) -> str:
        """An address that names the primary and this standby."""
        hosts = ",".join(quote(str(each.sockets), safe="") for each in (self._primary, self))
        return f"postgresql://postgres@/{DATABASE}?host={hosts}&port={PORT}"

    def promote(self) -> None:
        """Make it the primary. The old primary must have ended, or there would be two."""
        self._running().promote()
