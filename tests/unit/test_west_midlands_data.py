"""The data that ships is complete, agrees with itself and its sources, and can be made again."""

import csv
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
import shapely
from dateutil.rrule import rrulestr

from finder.domain.surgery import LONGEST_ACCESS

ROOT: Final = Path(__file__).resolve().parents[2]
SHIPPED_FOLDER: Final = ROOT / "geodata" / "west_midlands"
DISTRICTS: Final = {f"E080000{number}" for number in range(25, 32)}
ID: Final = re.compile(r"[a-z0-9-]{1,64}")
POSTCODE: Final = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}")
LADYWOOD: Final = "E05011151"
MADE_BY_SCRIPT: Final = (
    "postcodes.csv",
    "sectors.csv",
    "wards.geojson",
    *(f"directory/{name}.csv" for name in ("coverage", "officers", "priorities", "surgeries", "teams")),
)

Row = dict[str, str]


@pytest.fixture(scope="module")
def shared() -> Path:
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the reference data is not at {folder}")
    return folder


@pytest.fixture(scope="module")
def rebuilt(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rebuilt")
    archive = shared / "postcodes" / "code-point-open-2025.2.zip"
    _run("shipped_data.build_west_midlands", str(archive), "--output", str(folder))
    _run("shipped_data.build_example_directory", str(folder))
    return folder


@pytest.fixture(scope="module")
def postcodes() -> list[Row]:
    return _rows("postcodes.csv")


@pytest.fixture(scope="module")
def wards() -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = json.loads((SHIPPED_FOLDER / "wards.geojson").read_text(encoding="utf-8"))[
        "features"
    ]
    return features


@pytest.fixture(scope="module")
def polygons(wards: list[dict[str, Any]]) -> dict[str, shapely.Geometry]:
    return {feature["properties"]["WD25CD"]: shapely.from_geojson(json.dumps(feature["geometry"])) for feature in wards}


@pytest.fixture(scope="module")
def surgeries() -> list[Row]:
    return _rows("directory/surgeries.csv")


@pytest.fixture(scope="module")
def series(surgeries: list[Row]) -> dict[str, Row]:
    return {row["id"]: row for row in surgeries if not row["occurrence"]}


@pytest.fixture(scope="module")
def wards_of_team() -> dict[str, set[str]]:
    wards = defaultdict(set)
    for row in _rows("directory/coverage.csv"):
        wards[row["team_id"]].add(row["gss_code"])
    return wards


def _run(script: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", f"scripts.{script}", *arguments], check=True, capture_output=True, cwd=ROOT)


def _rows(name: str) -> list[Row]:
    with (SHIPPED_FOLDER / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _matches(postcodes: list[Row], polygons: Mapping[str, shapely.Geometry], predicate: Any) -> set[tuple[str, str]]:
    points = shapely.points(np.array([(int(row["easting"]), int(row["northing"])) for row in postcodes]))
    pairs = shapely.STRtree(list(polygons.values())).query(points, predicate)
    codes = list(polygons)
    return {(postcodes[place]["postcode"], codes[ward]) for place, ward in pairs.T}


def _starts(row: Row, until: datetime) -> list[datetime]:
    first = datetime.fromisoformat(row["starts_at"])
    return rrulestr(row["recurrence"], dtstart=first).between(first, until, inc=True)


# Postcodes and wards


def test_every_located_postcode_of_the_seven_districts_ships_with_its_ward(postcodes: list[Row]) -> None:
    inside = [row for row in postcodes if row["district"] in DISTRICTS]

    assert len(inside) == 58_226
    assert all(row["ward"] for row in inside)


def test_neighbours_ship_with_a_district_and_no_ward(postcodes: list[Row]) -> None:
    outside = [row for row in postcodes if row["district"] and row["district"] not in DISTRICTS]

    assert len(outside) == 36_634
    assert not any(row["ward"] for row in outside)


def test_eighteen_postcodes_have_a_rough_location_and_no_district(postcodes: list[Row]) -> None:
    unknown = [row for row in postcodes if not row["district"]]

    assert len(unknown) == 18
    assert {(row["positional_quality"], row["ward"]) for row in unknown} == {("60", "")}


def test_postcodes_are_canonical_unique_and_sorted(postcodes: list[Row]) -> None:
    names = [row["postcode"] for row in postcodes]

    assert all(POSTCODE.fullmatch(name) for name in names)
    assert all(one < other for one, other in pairwise(names))


def test_there_are_192_wards_sorted_by_code_in_the_national_grid(wards: list[dict[str, Any]]) -> None:
    codes = [feature["properties"]["WD25CD"] for feature in wards]

    assert len(codes) == 192
    assert all(one < other for one, other in pairwise(codes))
    assert '"urn:ogc:def:crs:EPSG::27700"' in (SHIPPED_FOLDER / "wards.geojson").read_text(encoding="utf-8")


def test_ward_polygons_are_valid_and_share_their_edges_exactly(polygons: dict[str, shapely.Geometry]) -> None:
    shapes = np.array(list(polygons.values()))

    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.union_all(shapes).area == pytest.approx(shapely.area(shapes).sum(), abs=0.01)


def test_the_only_hole_in_the_force_holds_a_postcode_of_south_staffordshire(
    polygons: dict[str, shapely.Geometry], postcodes: list[Row]
) -> None:
    _, *holes = shapely.get_rings(shapely.union_all(list(polygons.values())))

    enclaves = {f"hole {number}": shapely.Polygon(hole) for number, hole in enumerate(holes)}

    assert _matches(postcodes, enclaves, "within") == {("WV6 8DA", "hole 0")}
    assert next(row["district"] for row in postcodes if row["postcode"] == "WV6 8DA") == "E07000196"


@pytest.mark.parametrize("predicate", ["within", "intersects"])
def test_every_postcode_is_strictly_within_its_official_ward_and_neighbours_are_in_none(
    predicate: str, postcodes: list[Row], polygons: dict[str, shapely.Geometry]
) -> None:
    known = [row for row in postcodes if row["district"]]

    matches = _matches(known, polygons, predicate)

    assert matches == {(row["postcode"], row["ward"]) for row in known if row["ward"]}


def test_wards_are_in_the_district_that_their_postcodes_say(postcodes: list[Row], wards: list[dict[str, Any]]) -> None:
    names = {row["gss_code"]: row["name"] for row in _rows("districts.csv")}
    said = {(row["ward"], row["district"]) for row in postcodes if row["ward"]}

    properties = [feature["properties"] for feature in wards]

    assert {(each["WD25CD"], each["LAD25CD"]) for each in properties} == said
    assert all(each["LAD25NM"] == names[each["LAD25CD"]] for each in properties)


@pytest.mark.shared_data
def test_ward_names_are_those_of_2022_but_for_the_full_stop_after_st(shared: Path, wards: list[dict[str, Any]]) -> None:
    features = json.loads((shared / "wards" / "wards-2022-bgc.geojson").read_text(encoding="utf-8"))["features"]
    before = {feature["properties"]["WD22CD"]: feature["properties"]["WD22NM"] for feature in features}
    now = {feature["properties"]["WD25CD"]: feature["properties"]["WD25NM"] for feature in wards}
    both = before.keys() & now.keys()

    assert len(both) == 148
    assert sorted(now[code] for code in both if now[code] != before[code]) == [
        "St. Alphege",
        "St. Matthew's",
        "St. Michael's",
        "St. Pauls",
    ]
    assert all(now[code].replace("St. ", "St ") == before[code] for code in both)


# The rest of the country


def test_sectors_elsewhere_are_sorted_and_not_of_the_five_areas() -> None:
    sectors = [row["sector"] for row in _rows("sectors.csv")]

    assert len(sectors) == 10_291
    assert all(one < other for one, other in pairwise(sectors))
    assert not [sector for sector in sectors if re.match(r"(B|CV|DY|WS|WV)[0-9]", sector)]


def test_every_district_of_the_country_has_one_force(postcodes: list[Row]) -> None:
    districts = [row["gss_code"] for row in _rows("districts.csv")]
    met = {row["district"] for row in (*postcodes, *_rows("sectors.csv"))} - {""}

    assert len(set(districts)) == len(districts) == 350
    assert met <= set(districts)
    assert Counter(code[:3] for code in districts) == {
        "E06": 63,
        "E07": 164,
        "E08": 36,
        "E09": 33,
        "S12": 32,
        "W06": 22,
    }


def test_the_force_table_names_every_force_that_a_place_is_given_to() -> None:
    forces = {row["id"] for row in _rows("forces.csv")}
    given = {row["force_id"] for name in ("districts.csv", "postcode_areas.csv") for row in _rows(name)}

    assert given == forces
    assert len(forces) == 48


@pytest.mark.parametrize(
    ("gss_code", "force_id"),
    [
        ("E08000025", "west-midlands"),
        ("E07000236", "west-mercia"),
        ("E07000196", "staffordshire"),
        ("E07000222", "warwickshire"),
        ("E09000001", "city-of-london"),
        ("E09000033", "metropolitan"),
        ("E06000066", "avon-and-somerset"),
        ("E06000064", "cumbria"),
        ("E06000065", "north-yorkshire"),
        ("E06000062", "northamptonshire"),
        ("E06000053", "devon-and-cornwall"),
        ("S12000036", "scotland"),
        ("W06000006", "north-wales"),
    ],
)
def test_districts_known_by_heart_have_the_right_force(gss_code: str, force_id: str) -> None:
    assert {row["gss_code"]: row["force_id"] for row in _rows("districts.csv")}[gss_code] == force_id


# The invented directory


def test_every_ward_has_one_team_and_every_team_a_ward(
    wards: list[dict[str, Any]], wards_of_team: dict[str, set[str]]
) -> None:
    covered = [row["gss_code"] for row in _rows("directory/coverage.csv")]

    assert covered == [feature["properties"]["WD25CD"] for feature in wards]
    assert wards_of_team.keys() == {row["id"] for row in _rows("directory/teams.csv")}
    assert Counter(map(len, wards_of_team.values())) == {1: 110, 2: 38, 3: 2}


def test_teams_say_that_they_are_invented() -> None:
    teams = _rows("directory/teams.csv")

    assert all("invented example" in team["description"] for team in teams)
    assert all(ID.fullmatch(team["id"]) for team in teams)
    assert all("example.org" in team[field] for team in teams for field in ("email", "web", "facebook", "twitter"))


def test_every_team_has_a_sergeant_constables_and_pcsos_named_example() -> None:
    ranks: dict[str, Counter[str]] = defaultdict(Counter)
    officers = _rows("directory/officers.csv")
    for officer in officers:
        ranks[officer["team_id"]][officer["rank"]] += 1

    assert len(ranks) == 150
    assert all(count["Sergeant"] == 1 for count in ranks.values())
    assert all(1 <= count["Police Constable"] <= 3 for count in ranks.values())
    assert all(2 <= count["PCSO"] <= 4 for count in ranks.values())
    assert all(officer["name"].endswith(" Example") for officer in officers)
    assert len({(officer["team_id"], officer["name"]) for officer in officers}) == len(officers)


def test_every_team_has_two_or_three_priorities_acted_on_after_they_are_set() -> None:
    priorities = _rows("directory/priorities.csv")

    assert set(Counter(row["team_id"] for row in priorities).values()) == {2, 3}
    assert len({row["team_id"] for row in priorities}) == 150
    assert all(not row["action_on"] or row["action_on"] > row["issued_on"] for row in priorities)
    assert all(row["action"] or not row["action_on"] for row in priorities)


def test_every_team_has_one_to_three_series_that_never_end(series: dict[str, Row], surgeries: list[Row]) -> None:
    per_team = Counter(row["team_id"] for row in series.values())

    assert len(per_team) == 150
    assert set(per_team.values()) == {1, 2, 3}
    assert all(ID.fullmatch(row["id"]) for row in surgeries)
    assert sum(1 for row in surgeries if not row["occurrence"]) == len(series)
    assert not any(re.search("COUNT|UNTIL", row["recurrence"]) for row in series.values())


def test_the_first_start_of_a_series_is_one_that_its_rule_gives(series: dict[str, Row]) -> None:
    for row in series.values():
        first = datetime.fromisoformat(row["starts_at"])

        assert rrulestr(row["recurrence"], dtstart=first)[0] == first
        assert first < datetime.fromisoformat(row["ends_at"]) < first + timedelta(hours=3)


def test_a_surgery_is_online_or_at_a_live_postcode_of_its_own_team(
    surgeries: list[Row], wards_of_team: dict[str, set[str]], postcodes: list[Row]
) -> None:
    ward_of = {row["postcode"]: row["ward"] for row in postcodes}
    held = [row for row in surgeries if row["starts_at"]]

    assert all(bool(row["online_url"]) != bool(row["venue_postcode"]) for row in held)
    assert all(ward_of[row["venue_postcode"]] in wards_of_team[row["team_id"]] for row in held if row["venue_postcode"])


def test_most_venues_have_a_note_on_how_to_get_in_and_some_have_none(surgeries: list[Row]) -> None:
    noted = Counter(bool(row["venue_access"]) for row in surgeries if row["venue_name"])

    assert noted[True] > 4 * noted[False] > 0
    assert all(len(row["venue_access"]) <= LONGEST_ACCESS for row in surgeries)
    assert not any(row["venue_access"] for row in surgeries if not row["venue_name"])


def test_every_exception_is_of_an_occurrence_of_its_series(surgeries: list[Row], series: dict[str, Row]) -> None:
    exceptions = [row for row in surgeries if row["occurrence"]]

    for row in exceptions:
        occurrence = datetime.fromisoformat(row["occurrence"])

        assert row["team_id"] == series[row["id"]]["team_id"]
        assert occurrence in _starts(series[row["id"]], occurrence)
        assert bool(row["starts_at"]) == (row["status"] == "moved")
    assert Counter(row["status"] for row in exceptions) == {"moved": 17, "cancelled": 17}


def test_ladywood_has_a_cancellation_and_a_move_in_every_quarter_to_2030(
    surgeries: list[Row], wards_of_team: dict[str, set[str]]
) -> None:
    quarters = defaultdict(set)
    for row in surgeries:
        if row["occurrence"] and LADYWOOD in wards_of_team[row["team_id"]]:
            month = datetime.fromisoformat(row["occurrence"])
            quarters[row["status"]].add((month.year, (month.month + 2) // 3))

    every = {(2026, 4), *((year, quarter) for year in range(2027, 2031) for quarter in range(1, 5))}
    assert quarters == {"moved": every, "cancelled": every}


def test_ladywood_shows_every_kind_of_surgery_among_its_next_five_in_late_november_2026(
    surgeries: list[Row], wards_of_team: dict[str, set[str]]
) -> None:
    today = datetime.fromisoformat("2026-11-25")
    rows = [row for row in surgeries if LADYWOOD in wards_of_team[row["team_id"]]]
    exceptions = {(row["id"], row["occurrence"]): row for row in rows if row["occurrence"]}
    upcoming = []
    for row in rows:
        for start in _starts(row, today + timedelta(days=90)) if row["recurrence"] else ():
            exception = exceptions.get((row["id"], f"{start:%Y-%m-%d %H:%M}"), row)
            held = datetime.fromisoformat(exception["starts_at"]) if exception["status"] == "moved" else start
            if held >= today:
                upcoming.append((held, exception["status"] or ("online" if row["online_url"] else "confirmed")))

    assert [kind for _, kind in sorted(upcoming)[:5]] == ["confirmed", "cancelled", "online", "confirmed", "moved"]
    assert f"{min(upcoming)[0]:%A %H:%M}" == "Thursday 18:00"


# The folder as a whole


def test_the_folder_is_at_most_six_megabytes() -> None:
    assert sum(path.stat().st_size for path in SHIPPED_FOLDER.rglob("*") if path.is_file()) <= 6_000_000


def test_every_file_has_unix_line_ends_and_no_byte_order_mark() -> None:
    for path in SHIPPED_FOLDER.rglob("*.*"):
        content = path.read_bytes()

        assert b"\r" not in content, path
        assert not content.startswith(b"\xef\xbb\xbf"), path
        assert content.endswith(b"\n"), path


@pytest.mark.shared_data
@pytest.mark.slow
@pytest.mark.parametrize("name", MADE_BY_SCRIPT)
def test_a_rebuild_gives_the_same_bytes(name: str, rebuilt: Path) -> None:
    assert (rebuilt / name).read_bytes() == (SHIPPED_FOLDER / name).read_bytes()
