"""A team in the shape of data.police.uk."""

from finder.police_uk.neighbourhoods import details
from tests.support.builders import make_snapshot, make_ward, square


def test_a_team_without_live_wards_has_a_centre_and_a_population() -> None:
    elsewhere = [make_ward(polygon=square(406_000, 286_000))]
    team = next(iter(make_snapshot().teams.values()))

    found = details(team, [], elsewhere)

    assert found.population == "0"
    assert (found.centre.latitude[:5], found.centre.longitude[:5]) == ("52.47", "-1.90")
