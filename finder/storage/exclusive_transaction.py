"""The transaction in which a command changes releases or publications, alone or next to commands of other kinds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from finder.domain.release import Kind
from finder.storage.connections import Connection
from finder.storage.locks import OnWait, take_lock

# Any numbers that nothing else in the database locks with; PostgreSQL keys advisory locks by them.
_LOCKS: Final = {Kind.DIRECTORY: 7_310_002, Kind.POSTCODES: 7_310_003, Kind.WARDS: 7_310_004}


@asynccontextmanager
async def exclusive_transaction(
    connection: Connection,
    kind: Kind = Kind.DIRECTORY,
    *,
    commit: bool = True,
    lock_owner: str = "",
    on_wait: OnWait = lambda _: None,
) -> AsyncIterator[None]:
    """One transaction in which no other command stages the kind; it is rolled back unless `commit` is set.

    Staging a directory and publishing exclude each other, since both build on what is live. Postcodes and wards have
    locks of their own: loading those of the whole country must not delay a cancelled surgery. `lock_owner` names this
    command to others that wait for it, and `on_wait` is called with a sentence on the one that this command waits for.
    Raises BusyError as `take_lock` does.
    """
    transaction = connection.transaction(isolation="read_committed")  # must see what the previous lock owner did
    await transaction.start()
    try:
        await take_lock(connection, _LOCKS[kind], lock_owner, on_wait)
        yield
    except BaseException:
        if not connection.is_closed():  # PostgreSQL rolls back a lost one, and the error to report is why it was lost
            await transaction.rollback()
        raise
    await (transaction.commit() if commit else transaction.rollback())
