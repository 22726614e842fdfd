"""What is written to a release is what is read from it."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import pytest
import shapely
from shapely import MultiPolygon, Polygon

from finder.domain.directory import Coverage, Directory
from finder.domain.release import Kind
from finder.domain.surgery import Change, Status, Surgery, Venue
from finder.domain.team import CONTACT_KEYS, Officer, Priority, TeamRecord
from finder.storage import directory_store, postcode_store, publication_store, release_store, ward_store
from finder.storage.connections import Connection
from geodata.district import District
from geodata.points_and_extents import GridPoint
from geodata.postcode import Postcode
from geodata.postcode_location import PostcodeBatch, PostcodeLocation
from geodata.ward import Ward

_SQUARE = Polygon([(400000, 280000), (401000, 280000), (401000, 281000), (400000, 281000)])
_WITH_A_HOLE = Polygon(
    [(410000.125, 280000.5), (411000, 280000), (411000, 281000)],
    [[(410700, 280200), (410800, 280200), (410800, 280300)]],
)
_DIRECTORY = Directory(
    teams=(
        TeamRecord("zeta", "Zeta & Söhne <b>", "west-midlands", "Dudley", 'says "hello"\nand more', {}),
        TeamRecord("alpha", "Alpha", "west-midlands", "Walsall", "", {key: f"{key} of ours" for key in CONTACT_KEYS}),
    ),
    coverage=(Coverage("E05000001", "zeta"), Coverage("E05000002", "alpha"), Coverage("E09999999", "alpha")),
    officers=(Officer("zeta", "Zoë O'Example", "PCSO"), Officer("alpha", "Al Example", "Sergeant")),
    priorities=(
        Priority("zeta", "Noise, at night", date(2026, 1, 31), "", None),
        Priority("alpha", "Speeding", date(2024, 2, 29), "We checked.", date(2026, 3, 1)),
    ),
    surgeries=(
        Surgery(
            "walk-in", "zeta", "Walk in", datetime(2026, 3, 29, 1, 30), datetime(2026, 3, 29, 2, 30), "FREQ=WEEKLY",  # noqa: DTZ001 - wall-clock by definition
            Venue("Library", "1 Example Street, Dudley", "DY1 1AA", "Step-free. Hearing loop."), "",
        ),
        Surgery(
            "online", "alpha", "Online", datetime(2026, 1, 1, 18, 0), datetime(2026, 1, 1, 19, 0), "", None,  # noqa: DTZ001 - wall-clock by definition
            "https://example.org/meet?a=1&b=2",
        ),
    ),
    changes=(
        Change("online", datetime(2026, 1, 1, 18, 0), Status.CANCELLED, reason="Snow."),  # noqa: DTZ001 - wall-clock by definition
        Change(
            "walk-in", datetime(2026, 4, 5, 1, 30), Status.MOVED, datetime(2026, 4, 6, 9, 0), None,  # noqa: DTZ001 - wall-clock by definition
            Venue("Church", "2 Example Street", "", 'Ring the "Vicar" bell'), "", "The library is shut.",
        ),
        Change(
            "walk-in", datetime(2026, 4, 12, 1, 30), Status.MOVED, venue=Venue("Hall", "", ""),  # noqa: DTZ001 - wall-clock by definition
        ),
    ),
)  # fmt: skip


def one_by_one(locations: Iterable[PostcodeLocation]) -> Iterator[PostcodeBatch]:
    for location in locations:
        yield PostcodeBatch.of([location])


def make_location(text: str, *, retired_on: int = 0, district: str = "E08000025") -> PostcodeLocation:
    return PostcodeLocation(Postcode.parse(text), GridPoint(407024, 286642), 10, district, "", retired_on)


@pytest.fixture
async def release(connection: Connection) -> int:
    """The number of an open release of postcodes; tests of other rows do not care for its kind."""
    return await release_store.insert(connection, Kind.POSTCODES)


async def test_postcodes_come_back_with_every_field(connection: Connection, release: int) -> None:
    location = PostcodeLocation(
        Postcode.parse("WV10 0AA"), GridPoint(699999, 1299999), 60, "E08000031", "E05001339", 202103
    )

    await postcode_store.insert(connection, release, one_by_one([location]))
    (row,) = await postcode_store.read(connection, release)

    assert row.item() == (b"WV100AA", 699999, 1299999, 60, 202103, b"E08000031")


async def test_postcodes_come_back_in_the_order_that_a_binary_search_needs(
    connection: Connection, release: int
) -> None:
    texts = ["WV1 1AA", "B2 4QA", "B10 0AB", "B1 1AY", "B11 1AA", "E1 6AN", "EC1A 1BB"]

    await postcode_store.insert(connection, release, one_by_one(map(make_location, texts)))
    table = await postcode_store.read(connection, release)

    keys = table["postcode"].tolist()
    assert keys == sorted(keys)
    assert {key.decode().strip() for key in keys} == {text.replace(" ", "") for text in texts}


async def test_a_postcode_without_a_district_comes_back_without_one(connection: Connection, release: int) -> None:
    await postcode_store.insert(connection, release, one_by_one([make_location("B2 4QA", district="")]))
    (row,) = await postcode_store.read(connection, release)

    assert row["district"].decode().strip() == ""


async def test_a_release_without_postcodes_reads_as_an_empty_table(connection: Connection, release: int) -> None:
    table = await postcode_store.read(connection, release)

    assert len(table) == 0


async def test_every_shipped_postcode_is_stored(shipped_connection: Connection) -> None:
    live = await publication_store.find_live(shipped_connection)
    assert live is not None

    table = await postcode_store.read(shipped_connection, live.releases[Kind.POSTCODES].number)

    assert len(table) == live.releases[Kind.POSTCODES].rows == 94_878


@pytest.mark.parametrize(
    "polygon",
    [_SQUARE, _WITH_A_HOLE, MultiPolygon([_SQUARE, _WITH_A_HOLE])],
    ids=["polygon", "polygon with a hole", "several parts"],
)
async def test_a_ward_comes_back_to_the_last_coordinate(
    connection: Connection, release: int, polygon: Polygon | MultiPolygon
) -> None:
    ward = Ward("E05011151", "St. Mary's & All Saints", District("E08000025", "Birmingham"), polygon)

    await ward_store.insert(connection, release, [ward])
    (found,) = await ward_store.read(connection, release)

    assert (found.gss_code, found.name, found.district) == (ward.gss_code, ward.name, ward.district)
    assert shapely.to_wkb(found.polygon) == shapely.to_wkb(polygon)


async def test_wards_come_back_by_code(connection: Connection, release: int) -> None:
    codes = ["W05000003", "E05000002", "E05000001"]

    await ward_store.insert(connection, release, [Ward(code, "X", District("", ""), _SQUARE) for code in codes])
    found = await ward_store.read(connection, release)

    assert [ward.gss_code for ward in found] == sorted(codes)


@pytest.mark.parametrize("part", ["teams", "coverage", "officers", "priorities", "surgeries"])
async def test_a_part_of_the_directory_comes_back_as_it_was(connection: Connection, release: int, part: str) -> None:
    await directory_store.insert(connection, release, _DIRECTORY)
    found = await directory_store.read(connection, release)

    assert getattr(found, part) == getattr(_DIRECTORY, part)


async def test_changes_of_surgeries_come_back_as_they_were(connection: Connection, release: int) -> None:
    await directory_store.insert(connection, release, _DIRECTORY)
    found = await directory_store.read(connection, release)

    assert sorted(found.changes, key=lambda change: change.surgery_id) == list(_DIRECTORY.changes)


async def test_one_release_never_shows_rows_of_another(connection: Connection, release: int) -> None:
    await directory_store.insert(connection, release, _DIRECTORY)
    other = await release_store.insert(connection, Kind.DIRECTORY)

    assert await directory_store.read(connection, other) == Directory()
