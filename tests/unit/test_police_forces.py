"""What is known of the country beyond the area served."""

import pytest

from geodata.police_forces import PoliceForces
from geodata.postcode import Postcode


@pytest.fixture(scope="module")
def forces() -> PoliceForces:
    return PoliceForces.read()


@pytest.mark.parametrize(
    ("postcode", "force"),
    [
        ("WR1 1AA", "west-mercia"),
        ("W1A 0AX", "metropolitan"),
        ("EH1 1YZ", "scotland"),
        ("CF10 1EP", "south-wales"),
        ("EC2V 7HN", "city-of-london"),
        ("BT1 1AA", "northern-ireland"),
        ("JE2 3AB", "jersey"),
        ("IM1 1AA", "isle-of-man"),
    ],
)
def test_a_postcode_elsewhere_has_its_force(forces: PoliceForces, postcode: str, force: str) -> None:
    found = forces.find_by_sector(Postcode.parse(postcode))

    assert found is not None
    assert found.id == force


def test_a_sector_that_does_not_exist_has_no_force(forces: PoliceForces) -> None:
    found = forces.find_by_sector(Postcode.parse("EH99 9ZZ"))

    assert found is None


def test_the_sectors_whose_postcodes_ship_are_not_listed_again(forces: PoliceForces) -> None:
    found = forces.find_by_sector(Postcode.parse("B2 4QA"))

    assert found is None


def test_every_district_of_a_sector_has_a_force(forces: PoliceForces) -> None:
    districts = set(forces.district_of_sector.values())

    assert districts - set(forces.by_district) == set()


def test_every_force_has_a_name_and_a_secure_address(forces: PoliceForces) -> None:
    lacking = [force.id for force in forces.by_id.values() if not force.name or not force.web.startswith("https://")]

    assert lacking == []
