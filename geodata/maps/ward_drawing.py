"""Wards -> a small drawing of some areas and what adjoins them: rings, names and a scale, on a grid of whole units."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry, Point, Polygon

from geodata.ward import Ward

WIDTH: Final = 640
HEIGHT: Final = 480
LETTER: Final = 24
"""Size of the names in units: large enough to be read where the drawing is shrunk to a phone."""

LINE: Final = 1.15
"""Distance of two lines of a name, as a share of the size."""

_MARGIN: Final = 0.22  # of the areas' extent, on each side, so that their neighbours show
_TOLERANCE: Final = 3.0  # units; less than the width of a drawn line
_BLEED: Final = 6.0  # units beyond the frame, so that no cut edge is seen
_TOUCHING_M: Final = 10.0  # wards of different vintages leave slivers as wide as this
_SMALLEST_RING: Final = 12.0  # square units
_LETTER_WIDTH: Final = 0.64  # of the size, for a wide, bold sans serif
_LONGEST_LINE: Final = 13  # letters
_OTHER_LINES: Final = (20, 9)  # letters; tried where a name finds no good place in the usual lines
_INSIDE: Final = 0.6  # share of a name that lies in its area, where it lies well
_INSIDE_AT_LEAST: Final = 0.4  # the same where there is no better place; less what covers the requested areas
_NICE_M: Final = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
_LONGEST_SCALE: Final = 200.0  # units

Ring = list[tuple[int, int]]
"""Corners in whole units from the upper left, the first not repeated."""


class Area(NamedTuple):
    """Wards that are drawn as one, under one name; the key is the caller's own."""

    key: str
    name: str
    wards: Sequence[Ward]


class Label(NamedTuple):
    """Lines of a name and where the middle of the block is, in units."""

    lines: tuple[str, ...]
    across: int
    down: int


class Shape(NamedTuple):
    """An area as drawn; `label` is None where its name finds no room."""

    name: str
    rings: list[Ring]
    label: Label | None


class Scale(NamedTuple):
    """A bar of so many metres and its length in units."""

    metres: int
    units: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """The requested areas, their wards, the other areas in the frame, the keys of those that adjoin, and the scale.

    `wards` is empty where each area is one ward.
    """

    areas: tuple[Shape, ...]
    wards: tuple[Ring, ...]
    others: tuple[Shape, ...]
    adjoining: tuple[str, ...]
    scale: Scale


def reach(areas: Sequence[Area]) -> tuple[float, float, float, float]:
    """The west, south, east and north, in metres, of what a drawing of areas shows or names."""
    bounds = np.array([ward.bounds for area in areas for ward in area.wards])
    near = (*(bounds[:, :2].min(axis=0) - _TOUCHING_M), *(bounds[:, 2:].max(axis=0) + _TOUCHING_M))
    west, south, east, north = shapely.union(_frame(areas).extent, shapely.box(*near)).bounds
    return west, south, east, north


def draw(areas: Sequence[Area], others: Sequence[Area]) -> Drawing:
    """Draw areas in the middle of a frame, with their neighbours.

    Only those wards of the `others` that meet the bounds from `reach` change the drawing.
    """
    frame = _frame(areas)
    adjoining = _adjoining(areas, others)
    wards = _simplified([*areas, *others], frame)
    outlines = {area.key: _outline(area, wards) for area in (*areas, *others)}
    labels = _Labels(shapely.union_all([outlines[area.key] for area in areas]))
    placed = {area.key: labels.place(area.name, outlines[area.key]) for area in areas}
    placed |= {
        each.key: labels.place_adjoining(each.name, outlines[each.key]) for each in others if each.key in adjoining
    }
    shapes = [Shape(each.name, _rings(outlines[each.key]), placed.get(each.key)) for each in (*areas, *others)]
    inner = [_rings(wards[ward.gss_code]) for area in areas if len(area.wards) > 1 for ward in area.wards]
    return Drawing(
        areas=tuple(shapes[: len(areas)]),
        wards=tuple(ring for rings in inner for ring in rings),
        others=tuple(shape for shape in shapes[len(areas) :] if shape.rings),
        adjoining=adjoining,
        scale=frame.scale(),
    )


def _frame(areas: Sequence[Area]) -> "_Frame":
    return _Frame.around([ward.polygon for area in areas for ward in area.wards])


class _Frame:
    """The rectangle of the map, in metres, that the drawing shows."""

    def __init__(self, west: float, north: float, metres_per_unit: float) -> None:
        self._west = west
        self._north = north
        self.metres_per_unit = metres_per_unit

    @classmethod
    def around(cls, polygons: Sequence[Geometry]) -> "_Frame":
        west, south, east, north = shapely.total_bounds(np.array(polygons, dtype=object)).tolist()
        spread = 1 + 2 * _MARGIN
        metres_per_unit = max((east - west) * spread / WIDTH, (north - south) * spread / HEIGHT)
        middle = ((west + east) / 2, (south + north) / 2)
        return cls(middle[0] - WIDTH / 2 * metres_per_unit, middle[1] + HEIGHT / 2 * metres_per_unit, metres_per_unit)

    @property
    def extent(self) -> Polygon:
        """The area that the frame shows, with its bleed."""
        bleed = _BLEED * self.metres_per_unit
        east = self._west + WIDTH * self.metres_per_unit
        south = self._north - HEIGHT * self.metres_per_unit
        return shapely.box(self._west - bleed, south - bleed, east + bleed, self._north + bleed)

    def to_units(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        """Eastings and northings, shape (n, 2), as units across and down."""
        units: NDArray[np.float64] = (metres - (self._west, self._north)) / self.metres_per_unit * (1, -1)
        return units

    def scale(self) -> Scale:
        fitting = [metres for metres in _NICE_M if metres / self.metres_per_unit <= _LONGEST_SCALE]
        metres = fitting[-1] if fitting else _NICE_M[0]
        return Scale(metres, round(metres / self.metres_per_unit))


def _simplified(areas: Sequence[Area], frame: _Frame) -> dict[str, Geometry]:
    """The wards in the frame, in units, by GSS code.

    All are simplified at once, so that neighbours still share their edges.
    """
    wards = [ward for area in areas for ward in area.wards if ward.polygon.intersects(frame.extent)]
    units = [shapely.transform(ward.polygon, frame.to_units) for ward in wards]
    simple = shapely.make_valid(shapely.coverage_simplify(units, _TOLERANCE))
    return {ward.gss_code: polygon for ward, polygon in zip(wards, simple, strict=True)}


def _outline(area: Area, wards: Mapping[str, Geometry]) -> Geometry:
    view = shapely.box(-_BLEED, -_BLEED, WIDTH + _BLEED, HEIGHT + _BLEED)
    own = [wards[ward.gss_code] for ward in area.wards if ward.gss_code in wards]
    return shapely.intersection(shapely.union_all(own), view)


def _polygons(geometry: Geometry) -> list[Polygon]:
    parts = shapely.get_parts(geometry)
    return [part for part in parts if isinstance(part, Polygon) and part.area > _SMALLEST_RING]


def _rings(geometry: Geometry) -> list[Ring]:
    return [_ring(ring) for part in _polygons(geometry) for ring in (part.exterior, *part.interiors)]


def _ring(ring: Geometry) -> Ring:
    corners = np.rint(shapely.get_coordinates(ring)).astype(int).tolist()
    return [tuple(corner) for corner, following in pairwise(corners) if corner != following]


class _Labels:
    """Places names so that none covers another or leaves the frame."""

    def __init__(self, own: Geometry) -> None:
        self._own = own
        self._taken: list[Polygon] = [shapely.box(0, HEIGHT - 2 * LETTER, _LONGEST_SCALE + LETTER, HEIGHT)]
        self._page = shapely.box(4, 4, WIDTH - 4, HEIGHT - 4)

    def place(self, name: str, outline: Geometry) -> Label | None:
        """Place the name of a requested area; the name may cross the edge of its area."""
        return self._take(next(self._free(name, outline), None))

    def place_adjoining(self, name: str, outline: Geometry) -> Label | None:
        """Place the name of an adjoining area inside that area, or as much of it as possible."""
        best, best_share = None, _INSIDE_AT_LEAST
        for label in self._free(name, outline):
            box = _box(label)
            share = (shapely.intersection(outline, box).area - shapely.intersection(self._own, box).area) / box.area
            if share >= _INSIDE:
                return self._take(label)
            if share > best_share:
                best, best_share = label, share
        return self._take(best)

    def _free(self, name: str, outline: Geometry) -> Iterator[Label]:
        """Places for a name around points of its area, the best first."""
        inside = max(_polygons(shapely.intersection(outline, self._page)), key=_size, default=None)
        if inside is None:
            return
        points = (_widest_point(inside), shapely.point_on_surface(inside), *_grid(inside))
        for lines in dict.fromkeys(wrap(name, longest) for longest in (_LONGEST_LINE, *_OTHER_LINES)):
            for point in points:
                label = Label(lines, round(point.x), round(point.y))
                if self._is_free(_box(label)):
                    yield label

    def _is_free(self, box: Polygon) -> bool:
        return bool(self._page.contains(box)) and not any(box.intersects(each) for each in self._taken)

    def _take(self, label: Label | None) -> Label | None:
        if label is not None:
            self._taken.append(_box(label))
        return label


def _box(label: Label) -> Polygon:
    """The rectangle that a name covers, in units."""
    wide = max(map(len, label.lines)) * LETTER * _LETTER_WIDTH / 2
    high = len(label.lines) * LETTER * LINE / 2
    return shapely.box(label.across - wide, label.down - high, label.across + wide, label.down + high)


def _size(polygon: Polygon) -> float:
    return float(polygon.area)


def _grid(polygon: Polygon) -> Iterator[Point]:
    """Points in a polygon, a letter's size from each other, from the middle outwards; tried after the widest place."""
    across, down = np.meshgrid(np.arange(0, WIDTH, LETTER), np.arange(0, HEIGHT, LETTER))
    points = np.asarray(shapely.points(across.ravel(), down.ravel()), dtype=object)
    inside = points[shapely.contains(polygon, points)]
    yield from inside[np.argsort(shapely.distance(inside, polygon.centroid), kind="stable")]


def _widest_point(polygon: Polygon) -> Point:
    """The middle of the widest circle in a polygon."""
    return shapely.get_point(shapely.maximum_inscribed_circle(polygon, tolerance=2.0), 0)


def wrap(name: str, longest: int = _LONGEST_LINE) -> tuple[str, ...]:
    """A name in lines of about so many letters."""
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= longest:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return tuple(lines)


def _adjoining(areas: Sequence[Area], others: Sequence[Area]) -> tuple[str, ...]:
    """The keys of the others that touch the drawn areas or lie within 10 m of them."""
    own = [ward.polygon for area in areas for ward in area.wards]
    tree = shapely.STRtree([ward.polygon for other in others for ward in other.wards])
    owners = [other.key for other in others for _ in other.wards]
    _, touched = tree.query(own, predicate="dwithin", distance=_TOUCHING_M)
    return tuple(sorted({owners[position] for position in touched}))
