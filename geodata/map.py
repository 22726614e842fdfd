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
_TOLERANCE: Final = 3.0  # units; what a line loses is narrower than the line is drawn
_BLEED: Final = 6.0  # units beyond the frame, so that no cut edge is seen
_TOUCHING_M: Final = 10.0  # wards of different vintages leave slivers as wide as this
_SMALLEST_RING: Final = 12.0  # square units
_LETTER_WIDTH: Final = 0.64  # of the size, for a wide, bold sans serif
_LONGEST_LINE: Final = 13  # letters
_INSIDE: Final = 0.6  # share of a name that lies in its area
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
    """The areas asked for, the wards that they are made of, the others in the frame, which adjoin, and the scale.

    `wards` is empty where each area is one ward; `adjoining` has the keys of areas.
    """

    areas: tuple[Shape, ...]
    wards: tuple[Ring, ...]
    others: tuple[Shape, ...]
    adjoining: tuple[str, ...]
    scale: Scale


def draw(areas: Sequence[Area], others: Sequence[Area]) -> Drawing:
    """Draw areas in the middle of a frame, with what lies around them."""
    frame = _Frame.around([ward.polygon for area in areas for ward in area.wards])
    adjoining = _adjoining(areas, others)
    others = sorted(others, key=lambda other: other.key not in adjoining)  # who adjoins is named first
    wards = _simplified([*areas, *others], frame)
    labels = _Labels()
    shapes = [
        *(_shape(area, wards, labels, must_name=True) for area in areas),
        *(_shape(area, wards, labels, must_name=False) for area in others),
    ]
    inner = [_rings(wards[ward.gss_code]) for area in areas if len(area.wards) > 1 for ward in area.wards]
    return Drawing(
        areas=tuple(shapes[: len(areas)]),
        wards=tuple(ring for rings in inner for ring in rings),
        others=tuple(shape for shape in shapes[len(areas) :] if shape.rings),
        adjoining=adjoining,
        scale=frame.scale(),
    )


class _Frame:
    """A rectangle on the ground, metres, that becomes the drawing."""

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
    def ground(self) -> Polygon:
        """What the frame shows, with its bleed."""
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

    All are simplified at once, so that two which share an edge share it still.
    """
    wards = [ward for area in areas for ward in area.wards if ward.polygon.intersects(frame.ground)]
    units = [shapely.transform(ward.polygon, frame.to_units) for ward in wards]
    simple = shapely.make_valid(shapely.coverage_simplify(units, _TOLERANCE))
    return {ward.gss_code: polygon for ward, polygon in zip(wards, simple, strict=True)}


def _shape(area: Area, wards: Mapping[str, Geometry], labels: "_Labels", *, must_name: bool) -> Shape:
    view = shapely.box(-_BLEED, -_BLEED, WIDTH + _BLEED, HEIGHT + _BLEED)
    own = [wards[ward.gss_code] for ward in area.wards if ward.gss_code in wards]
    outline = shapely.intersection(shapely.union_all(own), view)
    parts = _polygons(outline)
    label = labels.place(area.name, max(parts, key=_size), must_name=must_name) if parts else None
    return Shape(area.name, _rings(outline), label)


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

    def __init__(self) -> None:
        self._taken: list[Polygon] = [shapely.box(0, HEIGHT - 2 * LETTER, _LONGEST_SCALE + LETTER, HEIGHT)]
        self._page = shapely.box(4, 4, WIDTH - 4, HEIGHT - 4)

    def place(self, name: str, polygon: Polygon, *, must_name: bool) -> Label | None:
        """Where a name goes; it may lie across the edge of its area only where the area must be named."""
        lines = wrap(name)
        wide = max(map(len, lines)) * LETTER * _LETTER_WIDTH
        high = len(lines) * LETTER * LINE
        inside = max(_polygons(polygon.intersection(self._page)), key=_size, default=None)
        if inside is None:
            return None
        for point in (_widest_point(inside), shapely.point_on_surface(inside), *_grid(inside)):
            box = shapely.box(point.x - wide / 2, point.y - high / 2, point.x + wide / 2, point.y + high / 2)
            mostly_inside = must_name or polygon.intersection(box).area > _INSIDE * box.area
            if mostly_inside and self._is_free(box):
                self._taken.append(box)
                return Label(lines, round(point.x), round(point.y))
        return None

    def _is_free(self, box: Polygon) -> bool:
        return bool(self._page.contains(box)) and not any(box.intersects(each) for each in self._taken)


def _size(polygon: Polygon) -> float:
    return float(polygon.area)


def _grid(polygon: Polygon) -> Iterator[Point]:
    """Points of a polygon, a letter apart, from the middle outwards: for a name with no room in the widest."""
    across, down = np.meshgrid(np.arange(0, WIDTH, LETTER), np.arange(0, HEIGHT, LETTER))
    points = np.asarray(shapely.points(across.ravel(), down.ravel()), dtype=object)
    inside = points[shapely.contains(polygon, points)]
    yield from inside[np.argsort(shapely.distance(inside, polygon.centroid), kind="stable")]


def _widest_point(polygon: Polygon) -> Point:
    """The middle of the widest circle in a polygon."""
    return shapely.get_point(shapely.maximum_inscribed_circle(polygon, tolerance=2.0), 0)


def wrap(name: str) -> tuple[str, ...]:
    """A name in lines of about a dozen letters."""
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= _LONGEST_LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return tuple(lines)


def _adjoining(areas: Sequence[Area], others: Sequence[Area]) -> tuple[str, ...]:
    """The keys of the others that touch, or all but touch, what is drawn."""
    own = [ward.polygon for area in areas for ward in area.wards]
    tree = shapely.STRtree([ward.polygon for other in others for ward in other.wards])
    owners = [other.key for other in others for _ in other.wards]
    _, touched = tree.query(own, predicate="dwithin", distance=_TOUCHING_M)
    return tuple(sorted({owners[position] for position in touched}))
