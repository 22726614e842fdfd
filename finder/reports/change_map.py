"""A map of what a publication changes in each ward: an SVG without script or style, and the same in words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from markupsafe import Markup, escape

from finder.domain.publication_difference import Difference
from finder.reports.difference_wording import Table
from finder.snapshot.model import Snapshot
from geodata.maps.ward_rings import Ring, simplified_rings
from geodata.ward import Ward

_WIDTH: Final = 900  # units
_TOLERANCE: Final = 0.7  # units; simplifying moves a boundary by less than the width of its line
_SHADES: Final = (0.0, 0.1, 0.4, 0.8)
"""Shares of a ward's postcodes that change team; above each one the next darker shade is used."""


class Patch(NamedTuple):
    """A ward on the map, with notes on how it changes and the number of its postcodes that change team."""

    ward: Ward
    notes: tuple[str, ...]
    postcodes: int
    change_team: int

    @property
    def shade(self) -> int:
        """From 0, if no postcode changes team, to 4."""
        share = self.change_team / self.postcodes if self.postcodes else 0.0
        return sum(share > limit for limit in _SHADES)

    @property
    def text(self) -> str:
        """The patch in words."""
        notes = f" ({', '.join(self.notes)})" if self.notes else ""
        return f"{self.ward.name}{notes}: {self.change_team:,} of {self.postcodes:,} postcodes change team"


@dataclass(frozen=True, slots=True)
class ChangeMap:
    """The drawing, and a table with the same content."""

    svg: Markup
    table: Table


def draw(after: Snapshot, found: Difference) -> ChangeMap | None:
    """Draws the wards of the districts that have changes. Returns None if no ward and no postcode's team changes."""
    patches = list(_patches(after, found))
    touched = {each.ward.district for each in patches if each.notes or each.change_team}
    shown = [each for each in patches if each.ward.district in touched]
    gone = [ward for ward in found.wards.gone if not touched or ward.district in touched]
    if not (shown or gone):
        return None
    frame = _Frame.around([*(each.ward for each in shown), *gone])
    shapes = [*(_shape(frame, each) for each in shown), *(_outline(frame, ward) for ward in gone)]
    svg = Markup(
        '<svg viewBox="0 0 {} {}" role="img" aria-labelledby="map-title map-text"><title id="map-title">Map of the '
        'wards that change</title><desc id="map-text">The table under the map says the same in words.</desc>{}</svg>'
    ).format(_WIDTH, frame.height, Markup("").join(shapes))
    return ChangeMap(svg, _table(shown))


def _table(patches: Sequence[Patch]) -> Table:
    rows = [
        (each.ward.gss_code, each.ward.name, ", ".join(each.notes), f"{each.postcodes:,}", f"{each.change_team:,}")
        for each in patches
        if each.notes or each.change_team
    ]
    return Table("The map in words", ("code", "ward", "what", "postcodes", "change team"), rows)


def _patches(after: Snapshot, found: Difference) -> Iterator[Patch]:
    located = after.postcodes.ward_positions
    wards = after.wards.wards
    totals = np.bincount(located[located >= 0], minlength=len(wards)).tolist()
    changing = _changing(found)
    notes = _notes(found)
    for ward, total in zip(wards, totals, strict=True):
        yield Patch(ward, tuple(notes.get(ward.gss_code, ())), total, changing.get(ward.gss_code, 0))


def _changing(found: Difference) -> dict[str, int]:
    """Counts the postcodes, live before and after, that change team, by the code of their new ward."""
    moves = found.postcodes.moves
    both = (moves.wards >= 0).all(axis=1) & (moves.teams[:, 0] != moves.teams[:, 1])
    counts = np.bincount(moves.wards[both, 1], minlength=len(moves.ward_codes))
    return dict(zip(moves.ward_codes, counts.tolist(), strict=True))


def _notes(found: Difference) -> dict[str, list[str]]:
    notes: dict[str, list[str]] = {}
    for ward in found.wards.new:
        notes.setdefault(ward.gss_code, []).append("new")
    for before, after in found.wards.renamed:
        notes.setdefault(after.gss_code, []).append(f"renamed, was {before.name}")
    for each in found.wards.reshaped:
        notes.setdefault(each.after.gss_code, []).append("reshaped")
    return notes


class _Frame(NamedTuple):
    """The part of the grid that the drawing shows: its upper left corner, metres per unit, and its height in units."""

    west: float
    north: float
    metres_per_unit: float
    height: int

    @classmethod
    def around(cls, wards: Iterable[Ward]) -> "_Frame":
        wests, souths, easts, norths = zip(*(ward.polygon.bounds for ward in wards), strict=True)
        west, south, east, north = min(wests), min(souths), max(easts), max(norths)
        metres_per_unit = (east - west) / _WIDTH
        return cls(west, north, metres_per_unit, round((north - south) / metres_per_unit) + 1)

    def path(self, ward: Ward) -> str:
        """The ward's rings as the `d` of a path, in tenths of a unit."""
        rings = simplified_rings(ward, _TOLERANCE * self.metres_per_unit)
        return "".join(self._ring(ring) for ring in rings)

    def _ring(self, corners: Ring) -> str:
        points = (
            f"{(easting - self.west) / self.metres_per_unit:.1f} {(self.north - northing) / self.metres_per_unit:.1f}"
            for easting, northing in corners
        )
        return f"M{'L'.join(points)}Z"


def _shape(frame: _Frame, patch: Patch) -> Markup:
    marked = " marked" if patch.notes else ""
    return Markup('<path class="shade{}{}" d="{}"><title>{}</title></path>').format(
        patch.shade, marked, frame.path(patch.ward), escape(patch.text)
    )


def _outline(frame: _Frame, ward: Ward) -> Markup:
    return Markup('<path class="gone" d="{}"><title>{} (gone)</title></path>').format(frame.path(ward), ward.name)
