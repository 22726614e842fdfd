"""Districts by the codes that they had until 2011, for boundary files of that time."""

import csv
from collections.abc import Mapping
from functools import cache

from geodata.district import District
from geodata.shipped_data import SHIPPED_FOLDER


@cache
def read_old_districts() -> Mapping[str, District]:
    """Districts by old code; the ward codes of that time start with it."""
    with (SHIPPED_FOLDER / "old_districts.csv").open(encoding="utf-8", newline="") as stream:
        return {row["old_code"]: District(row["gss_code"], row["name"]) for row in csv.DictReader(stream)}
