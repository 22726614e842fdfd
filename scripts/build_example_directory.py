"""Invent the example directory that ships: a team for every ward, its people, priorities and surgeries."""

import argparse
import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from itertools import chain, combinations
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import shapely
from dateutil.rrule import rrulestr

FOLDER: Final = Path(__file__).resolve().parents[1] / "geodata" / "west_midlands"
FORCE: Final = "west-midlands"
SHOWPIECE: Final = "E05011151"
"""Ladywood, the ward of the README's B2 4QA: its team shows every kind of surgery there is."""
TEAMS: Final = 150
LARGEST_TEAM: Final = 3
"""Wards."""
SHORTEST_BORDER: Final = 100
"""Metres that two wards must share to be given to one team."""
BEST_QUALITY: Final = "10"
WEB: Final = "https://example.org"
DESCRIPTION: Final = (
    "This is an invented example team for {wards} in {district}: its people, priorities, surgeries and contacts are "
    "made up to show how the service works."
)

GIVEN_NAMES: Final = """
Aaliyah Abdul Adeel Agnieszka Aisha Alan Amandeep Amina Amy Andrew Anjali Anna Anthony Arjun Asif Ayesha Balvinder
Barbara Beverley Bilal Brian Carlton Caroline Charlotte Chen Chidi Chloe Claire Colin Craig Daniel Danielle Darren
David Deborah Delroy Dionne Donna Elizabeth Ellie Emma Esther Faisal Fatima Fiona Gareth Gemma George Grace Gurpreet
Hamza Hannah Harjit Harpreet Hassan Helen Ibrahim Imran Jack Jagdeep James Jaspreet Jessica Joanne John Jordan
Joseph Joshua Kamal Karen Karolina Kavita Keith Kelly Kofi Kuldip Laura Leroy Lewis Linda Lucy Malik Manjit Marcia
Marcus Maria Mariam Mark Mei Michael Mohammed Mohsin Nadia Natalie Navdeep Neil Neville Nicola Nisha Olivia Omar
Parminder Patrick Paul Pawel Priya Rachel Raj Rashida Ravinder Rebecca Robert Ruth Ryan Saima Samantha Samuel
Sandeep Sanjay Sarah Sean Shabana Shanice Sharon Simon Sophie Stephen Sukhdeep Susan Tariq Thomas Tomasz Tracey
Usman Vikram Wayne Winston Yasmin Yusuf Zainab Zoe
"""
PRIORITIES: Final = (
    (
        "Cars driven too fast on residential roads during the school run",
        "We held speed checks with volunteers from the community and wrote to the drivers they recorded.",
    ),
    (
        "Cars parked on the zigzag lines outside primary schools",
        "PCSOs stood at the gates for two weeks and the council's wardens issued penalty notices.",
    ),
    (
        "Off-road bikes ridden through parks and along towpaths",
        "We marked the usual routes for patrol and asked the council for barriers at two entrances.",
    ),
    (
        "Keyless cars stolen from driveways at night",
        "We gave out 120 signal-blocking pouches and visited every street where a car was taken.",
    ),
    (
        "Catalytic converters cut from cars in station car parks",
        "Officers in plain clothes watched the car parks at commuter times and marked 40 converters for free.",
    ),
    (
        "Groups drinking and shouting outside the shops in the evening",
        "We agreed patrol times with the shopkeepers and spoke to the parents of those under eighteen.",
    ),
    (
        "Bicycles stolen from outside the library and the leisure centre",
        "We security-marked 64 bicycles at a stall and asked for a stand in view of the cameras.",
    ),
    (
        "Parcels taken from doorsteps",
        "We asked local shops to act as collection points and shared doorbell footage with the investigation team.",
    ),
    (
        "Older residents called by fraudsters who claim to be their bank",
        "We spoke at four coffee mornings and left a card with safe numbers beside each telephone.",
    ),
    (
        "Rubbish and furniture dumped in alleys behind the terraces",
        "We passed three registration numbers to the council, which cleared the alleys the same week.",
    ),
    (
        "Shoplifting from small stores and threats to their staff",
        "We set up a shared radio link between the stores and now call in on each of them weekly.",
    ),
    (
        "Electric scooters ridden on the pavement",
        "We stopped riders near the bus stops, explained the law and seized the scooters of those stopped twice.",
    ),
    (
        "Fireworks set off late at night in the street",
        "We visited every licensed seller with trading standards and patrolled on the nights people told us about.",
    ),
    (
        "Street lights broken and footpaths that feel unsafe after dark",
        "We walked the paths with residents and sent the council a list of eleven lights to mend.",
    ),
    (
        "Sheds and garages broken into on the allotments",
        "We fitted shed alarms for plot holders who asked and changed the lock on the main gate.",
    ),
    (
        "Dogs off the lead frightening children in the playground",
        "We spoke to owners at weekends and the council put up new signs.",
    ),
    (
        "Loud exhausts and car meets on the retail park",
        "We used the court order against street racing and moved six vehicles on.",
    ),
    (
        "Tools stolen from vans overnight",
        "We held a marking event for tradespeople and engraved more than 200 tools.",
    ),
    (
        "Begging at cash machines that leaves people uneasy",
        "We walked the high street with the outreach team, who found places to stay for two people.",
    ),
    (
        "Young people carrying knives",
        "We spoke in assemblies, placed a surrender bin beside the community centre and searched the open spaces.",
    ),
)
RECURRENCES: Final = (
    "FREQ=WEEKLY;BYDAY=WE",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA",
    "FREQ=WEEKLY;INTERVAL=4;BYDAY=FR",
    "FREQ=MONTHLY;BYDAY=1MO",
    "FREQ=MONTHLY;BYDAY=2SA",
    "FREQ=MONTHLY;BYDAY=3TH",
    "FREQ=MONTHLY;BYDAY=-1WE",
)
HOURS: Final = (
    (time(10, 0), time(11, 0)),
    (time(11, 30), time(12, 30)),
    (time(14, 0), time(15, 30)),
    (time(15, 15), time(16, 0)),
    (time(17, 30), time(18, 30)),
    (time(18, 0), time(19, 0)),
)
ACCESS_NOTES: Final = (
    "Step-free from the street. Hearing loop. Accessible toilet.",
    "Step-free by the side door. Accessible toilet. No hearing loop.",
    "Level way in. Two Blue Badge bays by the door.",
    "A ramp at the back door: ring the bell. Accessible toilet.",
    "Three steps at the front, with a rail. We can meet you outside.",
    "",
)
"""A venue without one shows what is said where nobody noted anything."""
ONLINE_ONE_IN: Final = 12
FIRST_DAY: Final = date(2026, 1, 1)
EXCEPTIONS_FROM: Final = date(2026, 10, 1)
EXCEPTIONS_UNTIL: Final = date(2031, 1, 1)
CANCELLED_MONTHS: Final = (3, 6, 9, 12)
MOVED_MONTHS: Final = (1, 4, 7, 10)
CANCELLED_REASONS: Final = (
    "The library is closed that day for repairs.",
    "The team is needed at an event in the city centre.",
    "The library is closed for stocktaking.",
)
MOVED_REASON: Final = "The centre is booked that evening, so we meet on the Tuesday after, at the church hall."
AUTUMN: Final = date(2026, 9, 1)

TEAM_FIELDS: Final = (
    "id", "name", "force_id", "area", "description", "email", "telephone", "web", "facebook", "twitter",
)  # fmt: skip
OFFICER_FIELDS: Final = ("team_id", "name", "rank")
PRIORITY_FIELDS: Final = ("team_id", "issue", "issued_on", "action", "action_on")


Item = TypeVar("Item")
Rows = Iterator[Sequence[object]]


class Ward(NamedTuple):
    """A ward, and those of its postcodes that are exactly located."""

    gss_code: str
    name: str
    district: str
    polygon: shapely.Geometry
    postcodes: Sequence[str]


Group = tuple[Ward, ...]


class Team(NamedTuple):
    """An invented team; its id is the name of its first ward, which no other ward here shares."""

    id: str
    name: str
    wards: Group


class Surgery(NamedTuple):
    """A row of surgeries.csv: a series, or an exception to one where `occurrence` is given."""

    id: str
    team_id: str
    title: str = ""
    starts_at: str = ""
    ends_at: str = ""
    recurrence: str = ""
    venue_name: str = ""
    venue_address: str = ""
    venue_postcode: str = ""
    venue_access: str = ""
    online_url: str = ""
    occurrence: str = ""
    status: str = ""
    reason: str = ""


class Place(NamedTuple):
    """A kind of venue."""

    id: str
    title: str
    venue: str


PLACES: Final = (
    Place("library", "Drop-in at the library", "Example Library"),
    Place("community-centre", "Surgery at the community centre", "Example Community Centre"),
    Place("supermarket", "Street stall at the supermarket", "Example Supermarket"),
    Place("park", "Walk and talk from the park café", "Example Park Café"),
    Place("health-centre", "Advice table at the health centre", "Example Health Centre"),
    Place("church-hall", "Surgery at the church hall", "Example Church Hall"),
    Place("leisure-centre", "Drop-in at the leisure centre", "Example Leisure Centre"),
    Place("fire-station", "Meet us at the fire station", "Example Fire Station"),
)
PLACE: Final = {place.id: place for place in PLACES}
ONLINE: Final = Place("online", "Online question time", "")


def main() -> None:
    """Write the five files of the directory."""
    folder = _arguments().folder
    teams = form_teams(read_wards(folder))
    directory = folder / "directory"
    directory.mkdir(exist_ok=True)
    coverage = sorted((ward.gss_code, team.id) for team in teams for ward in team.wards)
    write_csv(directory / "teams.csv", TEAM_FIELDS, map(team_row, teams))
    write_csv(directory / "coverage.csv", ("gss_code", "team_id"), coverage)
    write_csv(directory / "officers.csv", OFFICER_FIELDS, chain.from_iterable(map(officer_rows, teams)))
    write_csv(directory / "priorities.csv", PRIORITY_FIELDS, chain.from_iterable(map(priority_rows, teams)))
    write_csv(directory / "surgeries.csv", Surgery._fields, chain.from_iterable(map(surgery_rows, teams)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER, help="holds wards.geojson and postcodes.csv")
    return parser.parse_args()


def rank(*key: object) -> int:
    """A number that looks random but is the same for a key on every machine and Python."""
    return int.from_bytes(sha256("|".join(map(str, key)).encode()).digest()[:8], "big")


def pick(options: Sequence[Item], *key: object) -> Item:
    """One of the options, by the key."""
    return options[rank(*key) % len(options)]


def shuffled(options: Iterable[Item], *key: object) -> list[Item]:
    """All the options, in an order by the key."""
    return sorted(options, key=lambda option: rank(*key, option))


def read_wards(folder: Path) -> list[Ward]:
    """The wards that ship, by code, each with its postcodes."""
    postcodes = read_postcodes(folder / "postcodes.csv")
    collection = json.loads((folder / "wards.geojson").read_text(encoding="utf-8"))
    return [_ward(feature["properties"], feature["geometry"], postcodes) for feature in collection["features"]]


def _ward(properties: dict[str, str], geometry: dict[str, Any], postcodes: dict[str, list[str]]) -> Ward:
    code = properties["WD25CD"]
    polygon = shapely.from_geojson(json.dumps(geometry))
    return Ward(code, properties["WD25NM"], properties["LAD25NM"], polygon, postcodes[code])


def read_postcodes(path: Path) -> dict[str, list[str]]:
    """The best located postcodes of each ward code."""
    postcodes = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["positional_quality"] == BEST_QUALITY:
                postcodes[row["ward"]].append(row["postcode"])
    return postcodes


def form_teams(wards: Sequence[Ward]) -> list[Team]:
    """Give each ward a team of its own, then join the smallest to a neighbour until few enough teams remain."""
    borders = find_borders(wards)
    groups: list[Group] = [(ward,) for ward in sorted(wards, key=_name)]
    while len(groups) > TEAMS:
        one, other = min((pair for pair in combinations(groups, 2) if may_join(*pair, borders)), key=_by_size)
        groups = [group for group in groups if group not in (one, other)]
        groups.append(tuple(sorted((*one, *other), key=_name)))
    return sorted(Team(slug(group[0].name), listed([ward.name for ward in group]), group) for group in groups)


def find_borders(wards: Sequence[Ward]) -> set[frozenset[str]]:
    """Pairs of ward codes that share a border worth the name."""
    polygons = np.array([ward.polygon for ward in wards])
    ones, others = shapely.STRtree(polygons).query(polygons, "touches")
    metres = shapely.length(shapely.intersection(polygons[ones], polygons[others]))
    long_enough = metres >= SHORTEST_BORDER
    pairs = zip(ones[long_enough], others[long_enough], strict=True)
    return {frozenset((wards[one].gss_code, wards[other].gss_code)) for one, other in pairs}


def may_join(one: Group, other: Group, borders: set[frozenset[str]]) -> bool:
    """Whether two groups can be one team: small enough together, in one district, side by side."""
    if len(one) + len(other) > LARGEST_TEAM or one[0].district != other[0].district:
        return False
    return any(frozenset((a.gss_code, b.gss_code)) in borders for a in one for b in other)


def _by_size(pair: tuple[Group, Group]) -> tuple[int, int, str]:
    """Order pairs by the smaller group, then by both together, in postcodes; ties by code."""
    sizes = [sum(len(ward.postcodes) for ward in group) for group in pair]
    return min(sizes), sum(sizes), min(ward.gss_code for group in pair for ward in group)


def _name(ward: Ward) -> str:
    return ward.name


def slug(name: str) -> str:
    """Lower case letters, digits and single dashes: `St. Michael's` is `st-michaels`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower().replace("'", "")).strip("-")


def listed(names: Sequence[str]) -> str:
    """Names as a sentence has them: `A`, `A and B`, `A, B and C`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a header and rows, the same bytes on every system."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def team_row(team: Team) -> Sequence[str]:
    """A team with contacts that lead nowhere but to example.org."""
    district = team.wards[0].district
    return (
        team.id,
        team.name,
        FORCE,
        district,
        DESCRIPTION.format(wards=team.name, district=district),
        f"{team.id}@example.org",
        "101",
        f"{WEB}/teams/{team.id}",
        f"{WEB}/facebook/{team.id}",
        f"{WEB}/twitter/{team.id}",
    )


def officer_rows(team: Team) -> Rows:
    """A sergeant, one to three constables, two to four PCSOs; all surnamed Example, so that nobody real is named."""
    constables, pcsos = 1 + rank(team.id, "constables") % 3, 2 + rank(team.id, "pcsos") % 3
    ranks = ["Sergeant", *["Police Constable"] * constables, *["PCSO"] * pcsos]
    for name, title in zip(shuffled(GIVEN_NAMES.split(), team.id, "name"), ranks, strict=False):
        yield team.id, f"{name} Example", title


def priority_rows(team: Team) -> Rows:
    """Two or three priorities of autumn 2026, the newest first; some still wait for an action, or for its date."""
    chosen = shuffled(PRIORITIES, team.id, "priority")[: 2 + rank(team.id, "priorities") % 2]
    days = sorted((rank(team.id, "issued", issue) % 50 for issue, _ in chosen), reverse=True)
    for (issue, action), day in zip(chosen, days, strict=True):
        issued_on = AUTUMN + timedelta(days=day)
        action_on = issued_on + timedelta(days=7 + rank(team.id, "acted", issue) % 24)
        acted, dated = pick(((True, True), (True, True), (True, False), (False, False)), team.id, issue)
        yield team.id, issue, issued_on, action if acted else "", action_on if dated else ""


def surgery_rows(team: Team) -> Iterator[Surgery]:
    """One to three series a team, a few of them online; Ladywood's team shows every kind, exceptions included."""
    if any(ward.gss_code == SHOWPIECE for ward in team.wards):
        yield from showpiece_rows(team)
        return
    series = [ordinary_series(team, place) for place in _places(team)]
    if rank(team.id, "online") % ONLINE_ONE_IN == 0:
        series.append(online_series(team))
    yield from sorted(series)


def _places(team: Team) -> Sequence[Place]:
    return shuffled(PLACES, team.id, "place")[: 1 + rank(team.id, "series") % 2]


def ordinary_series(team: Team, place: Place) -> Surgery:
    """A series at an invented venue, its rule and hours picked by team and place."""
    opens, closes = pick(HOURS, team.id, place.id, "hours")
    recurrence = pick(RECURRENCES, team.id, place.id, "recurrence")
    day = FIRST_DAY + timedelta(days=rank(team.id, place.id, "day") % 14)
    series = _series(team, place, recurrence, first(recurrence, day, opens), closes)
    return series._replace(**venue(team, place))


def online_series(team: Team) -> Surgery:
    """A monthly series without a venue."""
    recurrence = "FREQ=MONTHLY;BYDAY=3WE"
    starts_at = first(recurrence, FIRST_DAY, time(19, 0))
    series = _series(team, ONLINE, recurrence, starts_at, time(20, 0))
    return series._replace(online_url=f"{WEB}/meet/{team.id}")


def _series(team: Team, place: Place, recurrence: str, starts_at: datetime, closes: time) -> Surgery:
    ends_at = datetime.combine(starts_at, closes)
    return Surgery(f"{team.id}-{place.id}", team.id, place.title, _text(starts_at), _text(ends_at), recurrence)


def first(recurrence: str, day: date, opens: time) -> datetime:
    """The first start on or after the day that the rule itself gives; wall-clock time of Europe/London."""
    return occurrences(recurrence, datetime.combine(day, opens))[0]


def occurrences(recurrence: str, starts_at: datetime) -> list[datetime]:
    """Every start of a series before the exceptions end."""
    rule = rrulestr(recurrence, dtstart=starts_at)
    return rule.between(starts_at, datetime.combine(EXCEPTIONS_UNTIL, time()), inc=True)


def venue(team: Team, place: Place) -> dict[str, str]:
    """The venue's fields: an invented name, street and access note, a real postcode of one of the team's wards."""
    ward = pick(team.wards, team.id, place.id, "ward")
    number = 1 + rank(team.id, place.id, "number") % 99
    return {
        "venue_name": f"{place.venue}, {ward.name}",
        "venue_address": f"{number} Example Street, {ward.name}",
        "venue_postcode": pick(ward.postcodes, team.id, place.id, "postcode"),
        "venue_access": pick(ACCESS_NOTES, team.id, place.id, "note"),
    }


def showpiece_rows(team: Team) -> Iterator[Surgery]:
    """A Thursday series with moved occurrences, a library one with cancelled ones, and one online."""
    centre, library = PLACE["community-centre"], PLACE["library"]
    thursdays, saturdays = "FREQ=MONTHLY;BYDAY=1TH", "FREQ=MONTHLY;BYDAY=2SA"
    evening, morning = first(thursdays, FIRST_DAY, time(18, 0)), first(saturdays, FIRST_DAY, time(10, 0))
    yield _series(team, centre, thursdays, evening, time(19, 0))._replace(**venue(team, centre))
    for start in quarterly(thursdays, evening, MOVED_MONTHS):
        yield moved(team, start)
    yield _series(team, library, saturdays, morning, time(11, 30))._replace(**venue(team, library))
    for start in quarterly(saturdays, morning, CANCELLED_MONTHS):
        yield cancelled(team, start)
    yield online_series(team)


def quarterly(recurrence: str, starts_at: datetime, months: Sequence[int]) -> Iterator[datetime]:
    """The starts that get an exception, so that one is never far ahead whenever the demonstration is run."""
    for start in occurrences(recurrence, starts_at):
        if start.date() >= EXCEPTIONS_FROM and start.month in months:
            yield start


def moved(team: Team, start: datetime) -> Surgery:
    """Thursday's surgery held on the Tuesday after, half an hour later and elsewhere."""
    starts_at = start + timedelta(days=5, minutes=30)
    return Surgery(
        f"{team.id}-community-centre",
        team.id,
        starts_at=_text(starts_at),
        ends_at=_text(starts_at + timedelta(hours=1)),
        occurrence=_text(start),
        status="moved",
        reason=MOVED_REASON,
        **venue(team, PLACE["church-hall"]),
    )


def cancelled(team: Team, start: datetime) -> Surgery:
    """Saturday's surgery that is not held."""
    reason = pick(CANCELLED_REASONS, start.isoformat())
    return Surgery(f"{team.id}-library", team.id, occurrence=_text(start), status="cancelled", reason=reason)


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


if __name__ == "__main__":
    main()
