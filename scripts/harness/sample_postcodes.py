"""Sample postcodes of the force from the data that ships, the same in each run."""

import csv
import random
from dataclasses import dataclass

import numpy as np

from geodata.projection.ostn15 import to_lonlat_many
from geodata.shipped_data import SHIPPED_FOLDER


@dataclass(frozen=True, slots=True)
class SamplePostcode:
    """A postcode without its space and its location in degrees, as they are written in URLs."""

    postcode: str
    longitude: str
    latitude: str


def read_force_postcodes() -> list[dict[str, str]]:
    """The rows of the postcodes in the force's wards."""
    with (SHIPPED_FOLDER / "postcodes.csv").open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["ward"]]


def sample_postcodes(count: int) -> list[SamplePostcode]:
    """Random postcodes of the force."""
    chosen = random.Random(2025).sample(read_force_postcodes(), count)  # noqa: S311 - a sample, not a secret
    points = to_lonlat_many(np.array([[float(row["easting"]), float(row["northing"])] for row in chosen]))
    return [
        SamplePostcode(row["postcode"].replace(" ", ""), f"{longitude:.6f}", f"{latitude:.6f}")
        for row, (longitude, latitude) in zip(chosen, points.tolist(), strict=True)
    ]
