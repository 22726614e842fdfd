"""Which wards an invented team has: one of its own, or a few small neighbours."""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import shapely

TEAMS: Final = 150
LARGEST_TEAM: Final = 3
"""Wards."""
SHORTEST_BORDER: Final = 100
"""Metres that two wards must share to be given to one team."""
BEST_QUALITY: Final = "10"


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
