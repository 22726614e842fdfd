"""What a directory is checked against: the wards and postcodes that it would go live with, and today's date."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from finder.domain.directory import Directory
from finder.domain.release import Kind
from finder.services.loading.directory_checks.venue_warnings import venue_postcodes
from finder.storage import postcode_store, release_store, ward_store
from finder.storage.connections import Connection
from geodata.ward import Ward
from geodata.ward_index import WardIndex

_NO_WARD: Final = ""


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What is None or empty is not known; checks that need it are left out.

    `today` is a date in London. `wards` has the names of the newest wards by GSS code, `known_wards` the codes of all
    releases. `ward_of_postcode` has the known postcodes of venues, with an empty code for those in no ward.
    """

    today: date | None = None
    wards: Mapping[str, str] | None = None
    known_wards: frozenset[str] = frozenset()
    ward_of_postcode: Mapping[str, str] | None = None


async def read_check_context(
    connection: Connection, directories: Iterable[Directory], today: date | None
) -> CheckContext:
    """Reads the newest staged wards and postcodes, or else the live ones, as far as they concern the directories."""
    wards_release = await release_store.find_newest(connection, Kind.WARDS)
    postcodes_release = await release_store.find_newest(connection, Kind.POSTCODES)
    if wards_release is None:
        return CheckContext(today)
    wards = await ward_store.read(connection, wards_release.number)
    names = {ward.gss_code: ward.name for ward in wards}
    known = await ward_store.read_known_codes(connection)
    if postcodes_release is None:
        return CheckContext(today, names, known)
    wanted = set().union(*(venue_postcodes(directory) for directory in directories))
    points = await postcode_store.find_points(connection, postcodes_release.number, wanted)
    return CheckContext(today, names, known, _locate(points, wards))


def _locate(points: Mapping[str, tuple[int, int]], wards: list[Ward]) -> dict[str, str]:
    index = WardIndex(wards)
    positions = index.locate_many(np.array(list(points.values()), dtype=np.float64).reshape(-1, 2))
    codes = [index.wards[position].gss_code if position >= 0 else _NO_WARD for position in positions]
    return dict(zip(points, codes, strict=True))
