"""Whether two areas, each of some wards, lie next to each other."""

from collections.abc import Sequence

import shapely

from geodata.ward import Ward


def adjoin(first: Sequence[Ward], second: Sequence[Ward], within_m: float) -> bool:
    """Whether any ward of one area is no farther than so many metres from one of the other. No wards adjoin nothing."""
    if not first or not second:
        return False
    tree = shapely.STRtree([ward.polygon for ward in first])
    found = tree.query([ward.polygon for ward in second], predicate="dwithin", distance=within_m)
    return bool(found.size)
