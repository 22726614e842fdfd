"""The police forces of Great Britain: which one polices a district or, probably, a postcode sector."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from geodata.district import District
from geodata.postcode import Postcode
from geodata.shipped_data import SHIPPED_FOLDER


@dataclass(frozen=True, slots=True)
class Force:
    """A territorial police force; its id is that of data.police.uk if it has one there."""

    id: str
    name: str
    web: str


@dataclass(frozen=True, slots=True)
class PoliceForces:
    """Tables of the whole country; the README in geodata/west_midlands says where each comes from."""

    by_id: Mapping[str, Force]
    by_district: Mapping[str, Force]
    """By the district's GSS code."""
    by_postcode_area: Mapping[str, Force]
    """For the postcode areas without sectors in the tables: Northern Ireland and the islands."""
    district_of_sector: Mapping[str, str]
    """GSS code of the district in which most of a sector's postcodes are; only sectors whose postcodes do not ship."""
    districts: tuple[District, ...] = ()
    """Every district in `by_district`, with its name."""

    @classmethod
    @cache
    def read(cls, folder: Path = SHIPPED_FOLDER) -> Self:
        """The tables that ship. They are read once; processes that are forked later share them."""
        by_id = {row["id"]: Force(row["id"], row["name"], row["web"]) for row in _rows(folder / "forces.csv")}
        districts = list(_rows(folder / "districts.csv"))
        return cls(
            by_id,
            {row["gss_code"]: by_id[row["force_id"]] for row in districts},
            {row["area"]: by_id[row["force_id"]] for row in _rows(folder / "postcode_areas.csv")},
            {row["sector"]: row["district"] for row in _rows(folder / "sectors.csv")},
            tuple(District(row["gss_code"], row["name"]) for row in districts),
        )

    def find_by_sector(self, postcode: Postcode) -> Force | None:
        """The force that polices most of a postcode's sector; None if the sector is not known."""
        if force := self.by_postcode_area.get(postcode.area):
            return force
        return self.by_district.get(self.district_of_sector.get(postcode.sector, ""))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)
