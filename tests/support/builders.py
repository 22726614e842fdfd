"""Builders of domain objects: a test sets only the details that matter to it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon, box

from finder.domain.directory import Coverage, Directory
from finder.domain.release import Kind, Part, Publication, Release, Source
from finder.domain.surgery import LONDON, Change, Occurrence, Series, Status, Surgery, Venue
from finder.domain.team import Officer, Priority, TeamRecord
from finder.snapshot.assemble_snapshot import Contents, join
from finder.snapshot.match_postcodes import match
from finder.snapshot.matched_index_layout import MatchedIndex
from finder.snapshot.model import Snapshot
from finder.snapshot.postcode_table import PostcodeTable
from finder.storage import postcode_store
from geodata.district import District
from geodata.points_and_extents import GridPoint
from geodata.police_forces import Force, PoliceForces
from geodata.postcode import Postcode
from geodata.postcode_location import PostcodeLocation
from geodata.ward import Ward
from geodata.ward_index import WardIndex

WEST_MIDLANDS: Final = Force("west-midlands", "West Midlands Police", "https://www.westmidlands.police.uk")
WEST_MERCIA: Final = Force("west-mercia", "West Mercia Police", "https://www.westmercia.police.uk")
NORTHERN_IRELAND: Final = Force("northern-ireland", "Police Service of Northern Ireland", "https://www.psni.police.uk")
BIRMINGHAM: Final = District("E08000025", "Birmingham")
REDDITCH: Final = "E07000236"
LADYWOOD: Final = "E05011151"
SPARKBROOK: Final = "E05011171"
NOW: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PLACES: Final = PoliceForces(
    by_id={force.id: force for force in (WEST_MIDLANDS, WEST_MERCIA, NORTHERN_IRELAND)},
    by_district={BIRMINGHAM.gss_code: WEST_MIDLANDS, REDDITCH: WEST_MERCIA},
    district_of_sector={"B2 4": BIRMINGHAM.gss_code, "WR1 1": REDDITCH},
    by_postcode_area={"BT": NORTHERN_IRELAND},
)
TOWN_HALL: Final = Venue("Town Hall", "Victoria Square", "B3 3DQ")


def wall(text: str) -> datetime:
    """A wall-clock time, without a zone."""
    return datetime.fromisoformat(text)


def london(text: str) -> datetime:
    """A time on the clocks of Europe/London."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def utc(text: str) -> datetime:
    """A time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def square(easting: float, northing: float, side: float = 1000) -> Polygon:
    """A square by its south-west corner and its side in metres."""
    return box(easting, northing, easting + side, northing + side)


def make_ward(gss_code: str = LADYWOOD, polygon: Polygon | MultiPolygon | None = None, name: str = "Ladywood") -> Ward:
    """A ward of Birmingham, one kilometre square."""
    return Ward(gss_code, name, BIRMINGHAM, polygon or square(406_000, 286_000))


def make_location(
    postcode: str = "B2 4QA", easting: int = 406_500, northing: int = 286_500, **details: Any
) -> PostcodeLocation:
    """A well located postcode of Birmingham, in the middle of what `make_ward` makes."""
    given: dict[str, Any] = {"positional_quality": 10, "district": BIRMINGHAM.gss_code, "ward": LADYWOOD, **details}
    return PostcodeLocation(Postcode.parse(postcode), GridPoint(easting, northing), **given)


def pack(locations: Iterable[PostcodeLocation]) -> NDArray[np.void]:
    """Postcodes as PostgreSQL hands them over: packed, sorted by the spelling without a space."""
    rows = sorted(
        (
            each.postcode.compact.ljust(7).encode(),
            round(each.point.easting),
            round(each.point.northing),
            each.positional_quality,
            each.retired_on,
            each.district.ljust(9).encode(),
        )
        for each in locations
    )
    return np.array(rows, dtype=postcode_store._PACKED)


def make_table(*locations: PostcodeLocation, wards: Sequence[Ward] = ()) -> PostcodeTable:
    """A postcode table over some wards."""
    return match(pack(locations), WardIndex(wards))


def make_record(team_id: str = "ladywood", **details: Any) -> TeamRecord:
    """A team as the directory lists it."""
    given: dict[str, Any] = {
        "name": team_id.replace("-", " ").title(),
        "force_id": WEST_MIDLANDS.id,
        "area": "Birmingham",
        "description": "",
        "contact": {"email": f"{team_id}@example.org", "telephone": "101"},
    }
    return TeamRecord(id=team_id, **(given | details))


def make_officer(team_id: str = "ladywood", name: str = "Kavita Example", rank: str = "Sergeant") -> Officer:
    """A police officer."""
    return Officer(team_id, name, rank)


def make_priority(team_id: str = "ladywood", **details: Any) -> Priority:
    """A priority on which nothing has been done yet."""
    given: dict[str, Any] = {
        "issue": "Parcels taken from doorsteps",
        "issued_on": date(2026, 10, 1),
        "action": "",
        "action_on": None,
    }
    return Priority(team_id=team_id, **(given | details))


def make_surgery(starts_at: str = "2026-11-05 18:00", ends_at: str = "", **details: Any) -> Surgery:
    """A surgery of an hour at the town hall, once."""
    start = wall(starts_at)
    given: dict[str, Any] = {
        "id": "ladywood-library",
        "team_id": "ladywood",
        "title": "Drop-in at the library",
        "starts_at": start,
        "ends_at": wall(ends_at) if ends_at else start.replace(hour=start.hour + 1),
        "recurrence": "",
        "venue": TOWN_HALL,
        "online_url": "",
    }
    return Surgery(**(given | details))


def make_change(occurrence: str, status: Status = Status.CANCELLED, **details: Any) -> Change:
    """A change of one occurrence of the surgery that `make_surgery` makes."""
    given: dict[str, Any] = {"surgery_id": "ladywood-library", "occurrence": wall(occurrence), "status": status}
    return Change(**(given | details))


def make_occurrence(surgery: Surgery | None = None, *changes: Change) -> Occurrence:
    """The first occurrence of a surgery."""
    chosen = surgery or make_surgery()
    (first, *_) = Series(chosen, changes).between(datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    return first


def make_directory(*teams: str, **parts: Any) -> Directory:
    """A directory of teams; the first covers Ladywood, the second Sparkbrook."""
    ids = teams or ("ladywood",)
    coverage = tuple(Coverage(code, team) for code, team in zip((LADYWOOD, SPARKBROOK), ids, strict=False))
    return replace(Directory(tuple(make_record(each) for each in ids), coverage), **parts)


def make_release(kind: Kind, number: int = 1) -> Release:
    """A release of one file, first live at NOW."""
    source = Source(
        Part(kind.value) if kind is not Kind.DIRECTORY else Part.TEAMS, f"{kind}.csv", "0" * 64, 1, "t", NOW
    )
    return Release(number, kind, 1, 0, NOW, (source,), NOW)


def make_publication(number: int = 1) -> Publication:
    """A publication of one release of each kind."""
    return Publication(number, NOW, "tests", "", {kind: make_release(kind) for kind in Kind})


def make_snapshot(
    *locations: PostcodeLocation, wards: Sequence[Ward] | None = None, directory: Directory | None = None
) -> Snapshot:
    """A snapshot, by default of one postcode in one ward with one team, joined as the service joins it."""
    index = WardIndex(wards if wards is not None else (make_ward(),))
    table = match(pack(locations or (make_location(),)), index)
    contents = Contents(MatchedIndex(table, index), directory or make_directory())
    return join(make_publication(), contents, PLACES, NOW)
