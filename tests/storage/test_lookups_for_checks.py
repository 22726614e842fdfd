"""What the checks of a directory look up: points of postcodes and known ward codes."""

from collections.abc import Iterator

from finder.domain.release import Kind
from finder.storage import postcode_store, release_store, ward_store
from finder.storage.connections import Connection
from finder.storage.exclusive_transaction import exclusive_transaction
from geodata.postcode_location import PostcodeBatch, PostcodeLocation
from tests.support.builders import LADYWOOD, SPARKBROOK, make_location, make_ward


def stream(*locations: PostcodeLocation) -> Iterator[PostcodeBatch]:
    yield PostcodeBatch.of(locations)


async def test_points_are_found_of_the_postcodes_that_the_release_has(connection: Connection) -> None:
    async with exclusive_transaction(connection):
        release = await release_store.insert(connection, Kind.POSTCODES)
        other = await release_store.insert(connection, Kind.POSTCODES)
        await postcode_store.insert(connection, release, stream(make_location("B2 4QA"), make_location("B2 4QB")))
        await postcode_store.insert(connection, other, stream(make_location("B2 4QD")))

        found = await postcode_store.find_points(connection, release, {"B2 4QA", "B2 4QD", "B99 9ZZ"})

    assert found == {"B2 4QA": (406_500, 286_500)}


async def test_known_ward_codes_are_those_of_all_releases(connection: Connection) -> None:
    async with exclusive_transaction(connection):
        for code in (LADYWOOD, SPARKBROOK):
            release = await release_store.insert(connection, Kind.WARDS)
            await ward_store.insert(connection, release, [make_ward(code)])

        found = await ward_store.read_known_codes(connection)

    assert found == {LADYWOOD, SPARKBROOK}
