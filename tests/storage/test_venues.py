"""Where venues lie, as the loads of a directory look it up."""

from collections.abc import Iterator

from finder.domain.release import Kind
from finder.storage import postcode_store, publication_store, ward_store
from finder.storage.connections import Connection
from geodata.postcode_location import PostcodeBatch, PostcodeLocation
from tests.support.build import LADYWOOD, SPARKBROOK, make_location, make_ward


def stream(*locations: PostcodeLocation) -> Iterator[PostcodeBatch]:
    yield PostcodeBatch.of(locations)


async def test_points_are_found_of_the_postcodes_that_the_release_has(connection: Connection) -> None:
    async with publication_store.exclusive(connection):
        release = await publication_store.insert_release(connection, Kind.POSTCODES)
        other = await publication_store.insert_release(connection, Kind.POSTCODES)
        await postcode_store.insert(connection, release, stream(make_location("B2 4QA"), make_location("B2 4QB")))
        await postcode_store.insert(connection, other, stream(make_location("B2 4QD")))

        found = await postcode_store.find_points(connection, release, {"B2 4QA", "B2 4QD", "B99 9ZZ"})

    assert found == {"B2 4QA": (406_500, 286_500)}


async def test_known_ward_codes_are_those_of_all_releases(connection: Connection) -> None:
    async with publication_store.exclusive(connection):
        for code in (LADYWOOD, SPARKBROOK):
            release = await publication_store.insert_release(connection, Kind.WARDS)
            await ward_store.insert(connection, release, [make_ward(code)])

        found = await ward_store.read_known_codes(connection)

    assert found == {LADYWOOD, SPARKBROOK}
