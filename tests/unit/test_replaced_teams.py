"""Which teams replace a team whose wards were all redrawn."""

from dataclasses import replace

import pytest
from shapely import Polygon

from finder.domain.directory import Coverage, Directory
from finder.domain.release import Kind
from finder.snapshot.assemble_snapshot import replace_directory, replace_index
from finder.snapshot.matched_index_layout import MatchedIndex
from finder.snapshot.replaced_teams import CoveredWard, find_replacements, has_same_replacements
from geodata.ward import Ward
from tests.support.builders import (
    NOW,
    SPARKBROOK,
    make_directory,
    make_officer,
    make_publication,
    make_release,
    make_snapshot,
    make_surgery,
    make_ward,
    square,
)


def covered(team_id: str, gss_code: str, easting: float, side: float = 1000) -> CoveredWard:
    """A square ward on one line, and its team."""
    return CoveredWard(team_id, make_ward(gss_code, square(easting, 280_000, side)))


def test_the_team_with_the_largest_share_of_the_area_comes_first() -> None:
    lost = [covered("old", "E05000001", 400_000)]
    live = [covered("east", "E05000011", 400_700), covered("west", "E05000012", 399_700)]

    assert find_replacements(lost, live) == {"old": ("west", "east")}


def test_shares_of_all_wards_of_a_team_are_added() -> None:
    lost = [covered("old", "E05000001", 400_000), covered("old", "E05000002", 401_000)]
    live = [
        covered("one", "E05000011", 399_500),
        covered("two", "E05000012", 400_500),
        covered("one", "E05000013", 401_500),
    ]

    assert find_replacements(lost, live) == {"old": ("one", "two")}


def test_a_straightened_edge_makes_no_replacement() -> None:
    lost = [covered("old", "E05000001", 400_000)]
    live = [covered("new", "E05000011", 400_050), covered("neighbour", "E05000012", 399_050)]

    assert find_replacements(lost, live) == {"old": ("new",)}


def test_an_area_without_a_live_team_and_touching_edges_have_no_replacement() -> None:
    assert find_replacements([covered("old", "E05000001", 400_000)], [covered("far", "E05000011", 401_000)]) == {}


def test_the_tenth_is_of_the_whole_former_area_and_not_of_the_part_that_has_a_team_now() -> None:
    lost = [covered("old", "E05000001", 400_000)]
    live = [covered("sliver", "E05000011", 400_920), covered("far", "E05000012", 500_000)]

    assert find_replacements(lost, live) == {}


def test_an_eighth_of_the_area_makes_a_replacement_even_if_the_rest_has_no_team() -> None:
    lost = [covered("old", "E05000001", 400_000)]

    assert find_replacements(lost, [covered("part", "E05000011", 400_875)]) == {"old": ("part",)}


def test_polygons_of_wards_elsewhere_are_not_read() -> None:
    read: list[str] = []

    class Stored(Ward):
        @property
        def polygon(self) -> Polygon:
            read.append(self.gss_code)
            return square(*self.bounds[:2])

        @property
        def bounds(self) -> tuple[float, float, float, float]:
            west = 400_000.0 if self.gss_code == "E05000011" else 700_000.0
            return west, 280_000, west + 1000, 281_000

    def stored(gss_code: str) -> Ward:
        ward = object.__new__(Stored)
        object.__setattr__(ward, "gss_code", gss_code)
        return ward

    live = [CoveredWard("near", stored("E05000011")), CoveredWard("far", stored("E05000012"))]

    assert find_replacements([covered("old", "E05000001", 400_000)], live) == {"old": ("near",)}
    assert read == ["E05000011"]


def test_without_live_teams_there_is_no_replacement() -> None:
    assert find_replacements([covered("old", "E05000001", 400_000)], []) == {}


# Whether replacements need to be read again


def test_replacements_are_the_same_if_only_people_and_surgeries_changed() -> None:
    before = make_snapshot()
    directory = make_directory(officers=(make_officer(),), surgeries=(make_surgery(),))

    assert has_same_replacements(before, replace_directory(before, make_publication(2), directory, {}, NOW))


@pytest.mark.parametrize(
    "directory",
    [
        make_directory("ladywood", "without-a-ward"),
        make_directory(coverage=()),
        make_directory(coverage=(Coverage(SPARKBROOK, "ladywood"),)),
    ],
)
def test_replacements_may_differ_with_other_teams_or_coverage(directory: Directory) -> None:
    before = make_snapshot()

    assert not has_same_replacements(before, replace_directory(before, make_publication(2), directory, {}, NOW))


@pytest.mark.parametrize("number", [1, 4])
def test_replacements_may_differ_unless_the_publication_is_the_next(number: int) -> None:
    before = replace(make_snapshot(), publication=make_publication(2))

    after = replace_directory(before, make_publication(number), make_directory(), {}, NOW)

    assert not has_same_replacements(before, after)


def test_replacements_may_differ_with_other_wards() -> None:
    before = make_snapshot()
    publication = make_publication(2)
    releases = {**publication.releases, Kind.WARDS: make_release(Kind.WARDS, 2)}
    index = MatchedIndex(before.postcodes, before.wards)

    after = replace_index(before, replace(publication, releases=releases), index, {}, NOW)

    assert not has_same_replacements(before, after)
