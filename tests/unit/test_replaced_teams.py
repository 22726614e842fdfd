"""Who has the ground of a team that is no more."""

from shapely import Polygon

from finder.domain.replaced_teams import Covered, find_replacements
from geodata.ward import Ward
from tests.support.build import make_ward, square


def covered(team_id: str, gss_code: str, easting: float, side: float = 1000) -> Covered:
    """A square ward on one line, and its team."""
    return Covered(team_id, make_ward(gss_code, square(easting, 280_000, side)))


def test_the_ground_of_a_team_goes_to_who_has_it_now_most_first() -> None:
    lost = [covered("old", "E05000001", 400_000)]
    live = [covered("east", "E05000011", 400_700), covered("west", "E05000012", 399_700)]

    assert find_replacements(lost, live) == {"old": ("west", "east")}


def test_wards_of_one_team_count_together() -> None:
    lost = [covered("old", "E05000001", 400_000), covered("old", "E05000002", 401_000)]
    live = [
        covered("one", "E05000011", 399_500),
        covered("two", "E05000012", 400_500),
        covered("one", "E05000013", 401_500),
    ]

    assert find_replacements(lost, live) == {"old": ("one", "two")}


def test_an_edge_that_was_straightened_makes_no_heir() -> None:
    lost = [covered("old", "E05000001", 400_000)]
    live = [covered("new", "E05000011", 400_050), covered("neighbour", "E05000012", 399_050)]

    assert find_replacements(lost, live) == {"old": ("new",)}


def test_ground_that_nobody_has_now_and_edges_that_only_touch_give_nothing() -> None:
    assert find_replacements([covered("old", "E05000001", 400_000)], [covered("far", "E05000011", 401_000)]) == {}


def test_a_tenth_is_of_what_a_team_had_and_not_of_the_part_that_has_a_team_now() -> None:
    lost = [covered("old", "E05000001", 400_000)]
    live = [covered("sliver", "E05000011", 400_920), covered("far", "E05000012", 500_000)]

    assert find_replacements(lost, live) == {}


def test_an_eighth_of_the_ground_makes_an_heir_though_nobody_has_the_rest() -> None:
    lost = [covered("old", "E05000001", 400_000)]

    assert find_replacements(lost, [covered("part", "E05000011", 400_875)]) == {"old": ("part",)}


def test_no_polygon_is_asked_for_of_wards_that_lie_elsewhere() -> None:
    asked = []

    class Stored(Ward):
        @property
        def polygon(self) -> Polygon:
            asked.append(self.gss_code)
            return square(*self.bounds[:2])

        @property
        def bounds(self) -> tuple[float, float, float, float]:
            west = 400_000.0 if self.gss_code == "E05000011" else 700_000.0
            return west, 280_000, west + 1000, 281_000

    def stored(gss_code: str) -> Ward:
        ward = object.__new__(Stored)
        object.__setattr__(ward, "gss_code", gss_code)
        return ward

    live = [Covered("near", stored("E05000011")), Covered("far", stored("E05000012"))]

    assert find_replacements([covered("old", "E05000001", 400_000)], live) == {"old": ("near",)}
    assert asked == ["E05000011"]


def test_where_no_ward_has_a_team_there_is_no_heir() -> None:
    assert find_replacements([covered("old", "E05000001", 400_000)], []) == {}
