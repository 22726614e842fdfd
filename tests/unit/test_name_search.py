"""Search by the name of a team or a ward, from names that are folded once a snapshot."""

import gc
import weakref
from dataclasses import replace
from datetime import timedelta

import pytest

from finder.domain.directory import Coverage
from finder.snapshot.model import Snapshot
from finder.website import name_search
from finder.website.name_search import MOST_WORDS, AreaNames
from geodata.ward_index import WardIndex
from tests.support.builders import (
    LADYWOOD,
    NOW,
    SPARKBROOK,
    make_directory,
    make_publication,
    make_snapshot,
    make_ward,
    square,
)

_BARE = "E05099999"


@pytest.fixture
def snapshot() -> Snapshot:
    """Team Ladywood has a ward of that name, team Other has Sparkbrook & Balsall Heath; a third ward has no team."""
    wards = (
        make_ward(LADYWOOD),
        make_ward(SPARKBROOK, square(500_000, 200_000), "Sparkbrook & Balsall Heath"),
        make_ward(_BARE, square(510_000, 200_000), "Bare Hill"),
    )
    coverage = (Coverage(LADYWOOD, "ladywood"), Coverage(SPARKBROOK, "other"))
    return make_snapshot(wards=wards, directory=make_directory("ladywood", "other", coverage=coverage))


def found_ids(snapshot: Snapshot, text: str) -> list[str]:
    return [team.id for team, _ in AreaNames(snapshot).search(snapshot, text)]


def test_a_team_is_found_with_all_its_wards(snapshot: Snapshot) -> None:
    ((team, wards),) = AreaNames(snapshot).search(snapshot, "balsall SPARK")

    assert (team.id, [ward.gss_code for ward in wards]) == ("other", [SPARKBROOK])


def test_words_after_the_sixth_are_not_searched(snapshot: Snapshot) -> None:
    six = "lady wood ladywood l a d"

    assert found_ids(snapshot, f"{six} zzz") == ["ladywood"]
    assert found_ids(snapshot, "lady wood ladywood l a zzz") == []


def test_at_most_six_words_are_respelled(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def count(word: str, *_: object) -> list[str]:
        asked.append(word)
        return ["ladywood"]

    monkeypatch.setattr(name_search, "get_close_matches", count)

    AreaNames(snapshot).respell(" ".join(f"x{number}" for number in range(30)))

    assert len(asked) == MOST_WORDS


def test_after_a_word_without_a_similar_one_no_word_is_respelled(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(name_search, "get_close_matches", lambda word, *_: asked.append(word))

    assert not AreaNames(snapshot).respell("qqq rrr")
    assert asked == ["qqq"]


@pytest.mark.parametrize(("typed", "meant"), [("ladywod", "ladywood"), ("bare qqqq", ""), ("bare hil", "bare hill")])
def test_a_word_is_replaced_by_the_most_similar_word_of_a_team_or_ward(
    snapshot: Snapshot, typed: str, meant: str
) -> None:
    assert AreaNames(snapshot).respell(typed) == meant


def test_names_are_folded_once_however_often_they_are_searched(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = AreaNames(snapshot)
    asked: list[str] = []

    def count(text: str) -> str:
        asked.append(text)
        return text

    monkeypatch.setattr(name_search, "fold", count)

    names.search(snapshot, "ladywood")

    assert asked == ["ladywood"]


def test_names_belong_to_one_build_of_one_publication(snapshot: Snapshot) -> None:
    names = AreaNames(snapshot)

    assert names.are_of(snapshot)
    assert not names.are_of(replace(snapshot, publication=make_publication(2)))
    assert not names.are_of(replace(snapshot, built_at=NOW + timedelta(seconds=1)))


def test_names_keep_neither_the_snapshot_nor_its_wards_in_memory() -> None:
    passed = make_snapshot()
    wards: weakref.ref[WardIndex] = weakref.ref(passed.wards)
    polygon = weakref.ref(passed.wards.wards[0].polygon)

    names = AreaNames(passed)
    names.search(passed, "ladywood")
    del passed
    gc.collect()

    assert names.areas
    assert (wards(), polygon()) == (None, None)


def test_a_district_lists_its_teams_with_their_wards_and_the_wards_without(snapshot: Snapshot) -> None:
    area = AreaNames(snapshot).find_area("birmingham")

    assert area is not None
    assert [(team.id, [ward.gss_code for ward in wards]) for team, wards in area.found(snapshot)] == [
        ("ladywood", [LADYWOOD]),
        ("other", [SPARKBROOK]),
    ]
    assert [ward.name for ward in area.wards_without_team(snapshot)] == ["Bare Hill"]
