"""Teams proposed for new wards from the present teams of their postcodes."""

from dataclasses import replace

from finder.domain.directory import Coverage
from finder.services.publishing.draft_coverage import Proposal, Share, coverage_rows, propose
from tests.support.builders import LADYWOOD, SPARKBROOK, make_directory, make_location, make_snapshot, make_ward, square

_NEW = "E05016398"
_LATER = "E05019999"
LIVE_WARDS = (make_ward(), make_ward(SPARKBROOK, square(407_000, 286_000), "Sparkbrook"))
NEW_WARD = make_ward(_NEW, square(406_000, 286_000, 2000), "Both Wards")
POSTCODES = (
    make_location("B2 4QA"),
    make_location("B2 4QB", 406_600),
    make_location("B11 1AA", 407_500),
    make_location("B99 9AA", 406_500, 287_900),
)
DIRECTORY = make_directory("ladywood", "sparkbrook")
LIVE = make_snapshot(*POSTCODES, wards=LIVE_WARDS, directory=DIRECTORY)


def proposals(*coverage: Coverage) -> list[Proposal]:
    """Proposals for one new ward that has all the postcodes, with some other coverage present."""
    covered = replace(DIRECTORY, coverage=(*DIRECTORY.coverage, *coverage))
    return propose(LIVE, make_snapshot(*POSTCODES, wards=(NEW_WARD,), directory=covered))


def test_a_new_ward_gets_the_team_that_most_of_its_postcodes_have() -> None:
    (proposal,) = proposals()

    assert (proposal.ward.gss_code, proposal.team_id, proposal.postcodes) == (_NEW, "ladywood", 4)
    assert proposal.shares == (Share("ladywood", 2), Share("", 1), Share("sparkbrook", 1))


def test_a_ward_that_has_a_team_already_needs_no_proposal() -> None:
    assert proposals(Coverage(_NEW, "sparkbrook")) == []


def test_a_ward_whose_postcodes_have_no_team_gets_no_proposal() -> None:
    candidate = make_snapshot(make_location("B77 7AA"), wards=(NEW_WARD,), directory=DIRECTORY)

    (proposal,) = propose(LIVE, candidate)

    assert proposal.team_id == ""
    assert (_NEW, "") not in coverage_rows(candidate, [proposal])


def test_the_draft_keeps_all_present_coverage() -> None:
    covered = replace(DIRECTORY, coverage=(*DIRECTORY.coverage, Coverage(_LATER, "sparkbrook")))
    candidate = make_snapshot(*POSTCODES, wards=(NEW_WARD,), directory=covered)

    rows = list(coverage_rows(candidate, propose(LIVE, candidate)))

    assert rows == [
        (LADYWOOD, "ladywood"),
        (SPARKBROOK, "sparkbrook"),
        (_NEW, "ladywood"),
        (_LATER, "sparkbrook"),
    ]
