"""What a rollback undoes: the last publication that is not itself undone, and never a rollback."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from finder.domain.publication_history import PublicationHistory, Returns
from finder.domain.release import Kind, Publication, Release

_START = datetime(2026, 12, 1, tzinfo=UTC)


def make_publication(number: int, postcodes: int, wards: int, directory: int) -> Publication:
    releases = {
        kind: Release(release, kind, 1, 0, _START, (), _START)
        for kind, release in zip(Kind, (postcodes, wards, directory), strict=True)
    }
    return Publication(number, _START, "", "", releases)


def make_history(*directories: int, returns: dict[int, Returns] | None = None) -> PublicationHistory:
    """Returns publications numbered from 1 that differ in their directory release."""
    made = [make_publication(number, 1, 2, directory) for number, directory in enumerate(directories, 1)]
    return PublicationHistory(made, returns or {})


def undone_by(history: PublicationHistory, kind: Kind | None = None) -> tuple[int, int] | None:
    undo = history.find_undo(kind)
    return (undo.undone.number, undo.before.number) if undo else None


def test_the_first_publication_cannot_be_undone() -> None:
    assert undone_by(make_history(3)) is None


def test_nothing_published_is_nothing_to_undo() -> None:
    assert undone_by(make_history()) is None


def test_a_rollback_undoes_the_last_publication() -> None:
    assert undone_by(make_history(3, 4, 5)) == (3, 2)


def test_a_second_rollback_goes_one_further_back() -> None:
    history = make_history(3, 4, 5, 4, returns={4: Returns({Kind.DIRECTORY: 2})})

    assert undone_by(history) == (2, 1)


def test_after_everything_is_undone_nothing_is_left_to_undo() -> None:
    history = make_history(3, 4, 3, returns={3: Returns({Kind.DIRECTORY: 1})})

    assert undone_by(history) is None


def test_a_publication_after_a_rollback_is_undone_first() -> None:
    history = make_history(3, 4, 3, 5, returns={3: Returns({Kind.DIRECTORY: 1})})

    assert undone_by(history) == (4, 3)


def test_a_publication_that_changed_two_kinds_is_undone_in_both() -> None:
    history = PublicationHistory([make_publication(1, 1, 2, 3), make_publication(2, 1, 4, 5)], {})

    undo = history.find_undo()

    assert undo is not None
    assert undo.kinds == (Kind.WARDS, Kind.DIRECTORY)


def test_after_one_kind_was_rolled_back_the_rest_of_its_publication_is_next() -> None:
    made = [make_publication(1, 1, 2, 3), make_publication(2, 1, 4, 5), make_publication(3, 1, 2, 5)]
    history = PublicationHistory(made, {3: Returns({Kind.WARDS: 1})})

    undo = history.find_undo()

    assert undo is not None
    assert (undo.undone.number, undo.kinds) == (2, (Kind.DIRECTORY,))


def test_a_kind_can_be_rolled_back_past_publications_of_other_kinds() -> None:
    made = [make_publication(1, 1, 2, 3), make_publication(2, 1, 4, 3), make_publication(3, 1, 4, 5)]

    assert undone_by(PublicationHistory(made, {}), Kind.WARDS) == (2, 1)


def test_a_rollback_of_one_team_is_not_undone() -> None:
    history = make_history(3, 4, 5, returns={3: Returns(teams={"ladywood": 1})})

    assert undone_by(history) == (2, 1)


def test_the_steps_of_a_team_leave_out_those_it_was_rolled_back_from() -> None:
    history = make_history(3, 4, 5, 6, returns={4: Returns(teams={"ladywood": 2})})

    steps = [(before.number, after.number) for before, after in history.team_steps("ladywood")]

    assert steps == [(1, 2)]


def test_a_team_rolled_back_by_itself_keeps_its_rows_when_a_later_publication_is_undone() -> None:
    mistake, other, alone = 4, 5, 6
    history = make_history(3, mistake, other, alone, returns={4: Returns(teams={"ladywood": 1})})

    assert undone_by(history) == (3, 2)
    assert history.teams_returned_below(3) == {"ladywood": 1}


@given(st.lists(st.sampled_from(["publish", "roll back"]), max_size=12))
def test_rollbacks_walk_back_through_what_was_published_like_a_stack(actions: list[str]) -> None:
    directories, stack = [1], [(1, 1)]
    returns: dict[int, Returns] = {}
    for action in actions:
        number = len(directories) + 1
        if action == "publish":
            directories.append(number)
            stack.append((number, number))
        elif undo := make_history(*directories, returns=returns).find_undo():
            assert undo.undone.number == stack.pop()[0]
            returns[number] = Returns(dict.fromkeys(undo.kinds, undo.before.number))
            directories.append(undo.before.releases[Kind.DIRECTORY].number)
        else:
            assert len(stack) == 1

        assert directories[-1] == stack[-1][1]
