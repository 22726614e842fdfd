"""What is known of Great Britain beyond the area served: which district a sector lies in, and who polices it."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from geodata.postcode import Postcode
from geodata.shipped_data import SHIPPED_FOLDER
from geodata.ward import District


@dataclass(frozen=True, slots=True)
class Force:
    """A territorial police force, under the id that data.police.uk gives it where it has one."""

    id: str
    name: str
    web: str


@dataclass(frozen=True, slots=True)
class Places:
    """Tables of the whole country; the README in geodata/west_midlands says where each comes from."""

    forces: Mapping[str, Force]
    force_of_district: Mapping[str, Force]
    district_of_sector: Mapping[str, str]
    force_of_area: Mapping[str, Force]
    districts: tuple[District, ...] = ()
    """Those that a force polices, with their names."""

    @classmethod
    @cache
    def read(cls, folder: Path = SHIPPED_FOLDER) -> Self:
        """The tables that ship, read once: processes forked after that share them."""
        forces = {row["id"]: Force(row["id"], row["name"], row["web"]) for row in _rows(folder / "forces.csv")}
        districts = list(_rows(folder / "districts.csv"))
        return cls(
            forces,
            {row["gss_code"]: forces[row["force_id"]] for row in districts},
            {row["sector"]: row["district"] for row in _rows(folder / "sectors.csv")},
            {row["area"]: forces[row["force_id"]] for row in _rows(folder / "postcode_areas.csv")},
            tuple(District(row["gss_code"], row["name"]) for row in districts),
        )

    def force_by_sector(self, postcode: Postcode) -> Force | None:
        """Who polices most of a postcode's sector; None where the sector is not known."""
        if elsewhere := self.force_of_area.get(postcode.area):
            return elsewhere
        return self.force_of_district.get(self.district_of_sector.get(postcode.sector, ""))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)
