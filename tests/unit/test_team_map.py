"""The drawing of areas: what is on it, how it is named, and how small it is."""

import gzip
import re
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest
from shapely import MultiPolygon, Polygon, box

from finder.domain.directory import Coverage
from finder.snapshot.model import Snapshot
from finder.website.team_map import TeamMaps
from geodata.maps.ward_drawing import HEIGHT, LETTER, LINE, WIDTH, Area, Drawing, Label, draw, reach, wrap
from geodata.ward import Ward
from tests.support.builders import SPARKBROOK, make_directory, make_snapshot, make_ward, square

_WEST = make_ward("E05000001", square(400_000, 280_000), "West")
_EAST = make_ward("E05000002", square(401_000, 280_000), "East")
_FAR = make_ward("E05000003", square(420_000, 280_000), "Far")
_STYLESHEET = Path(__file__).resolve().parents[2] / "finder" / "website" / "static" / "finder.css"


def area(*wards: Ward, name: str = "") -> Area:
    """An area known by its name."""
    chosen = name or wards[0].name
    return Area(chosen, chosen, wards)


def labels(drawing: Drawing) -> list[Label]:
    """Every name that is drawn."""
    return [shape.label for shape in (*drawing.areas, *drawing.others) if shape.label]


def two_teams() -> Snapshot:
    """Ladywood's team, and Sparkbrook's next to it."""
    wards = [make_ward(), make_ward(SPARKBROOK, square(407_000, 286_000), "Sparkbrook & <more>")]
    return make_snapshot(wards=wards, directory=make_directory("ladywood", "sparkbrook"))


def test_the_area_is_in_the_middle_and_keeps_its_shape() -> None:
    drawing = draw([area(_WEST)], [])

    ((ring,),) = (shape.rings for shape in drawing.areas)
    across, down = [corner[0] for corner in ring], [corner[1] for corner in ring]
    assert max(across) - min(across) == pytest.approx(max(down) - min(down), abs=1)
    assert (max(across) + min(across), max(down) + min(down)) == pytest.approx((WIDTH, HEIGHT), abs=2)


def test_an_adjoining_area_is_drawn_and_listed_and_another_is_left_out() -> None:
    drawing = draw([area(_WEST)], [area(_EAST), area(_FAR)])

    assert drawing.adjoining == ("East",)
    assert [shape.name for shape in drawing.others] == ["East"]


def test_neighbours_keep_the_edge_that_they_share() -> None:
    drawing = draw([area(_WEST)], [area(_EAST)])

    (west,), (east,) = drawing.areas[0].rings, drawing.others[0].rings
    assert max(corner[0] for corner in west) == min(corner[0] for corner in east)


def test_the_scale_is_a_round_number_of_metres() -> None:
    drawing = draw([area(_WEST)], [])

    (ring,) = drawing.areas[0].rings
    kilometre = max(corner[0] for corner in ring) - min(corner[0] for corner in ring)
    assert drawing.scale.units == pytest.approx(kilometre * drawing.scale.metres / 1000, abs=1)
    assert drawing.scale.metres in {100, 200, 500, 1000}


def test_no_name_covers_another_or_leaves_the_frame() -> None:
    many = [
        area(
            make_ward(f"E050001{n:02}", square(400_000 + n % 5 * 700, 280_000 + n // 5 * 700, 700), f"Longish Name {n}")
        )
        for n in range(25)
    ]

    placed = labels(draw(many[12:13], [*many[:12], *many[13:]]))

    boxes = [box(*frame_of(label)) for label in placed]
    assert len(boxes) >= 5
    assert not any(one.intersects(other) for one, other in combinations(boxes, 2))
    assert all(box(0, 0, WIDTH, HEIGHT).contains(each) for each in boxes)


def frame_of(label: Label) -> tuple[float, float, float, float]:
    """The box around a name, computed with narrower letters than the drawing uses."""
    wide, high = max(map(len, label.lines)) * LETTER * 0.6, len(label.lines) * LETTER * LINE - 2
    return label.across - wide / 2, label.down - high / 2, label.across + wide / 2, label.down + high / 2


def test_only_adjoining_areas_are_named() -> None:
    neighbour = make_ward("E05000004", square(401_000, 280_000, 200), "By")
    beyond = make_ward("E05000005", square(401_200, 280_000), "Far")

    drawing = draw([area(_WEST)], [area(neighbour), area(beyond)])

    assert {shape.name: shape.label is not None for shape in drawing.others} == {"By": True, "Far": False}


def test_a_name_in_a_narrow_area_has_more_lines() -> None:
    wide = make_ward("E05000001", box(400_000, 280_000, 401_200, 281_000))
    neighbour = make_ward("E05000005", square(401_200, 280_000), "Upper Weston")

    drawing = draw([area(wide)], [area(neighbour)])

    assert [shape.label.lines for shape in drawing.others if shape.label] == [("Upper", "Weston")]


def test_an_area_of_several_wards_shows_where_they_meet() -> None:
    drawing = draw([area(_WEST, _EAST, name="Both")], [])

    assert len(drawing.areas[0].rings) == 1
    assert len(drawing.wards) == 2


def test_an_island_and_a_hole_are_drawn() -> None:
    around, hole = square(400_000, 280_000, 3000), square(401_000, 281_000)
    ward = make_ward("E05000009", MultiPolygon([Polygon(around.exterior, [hole.exterior]), square(404_000, 280_000)]))

    drawing = draw([area(ward)], [])

    assert len(drawing.areas[0].rings) == 3


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Ladywood", ("Ladywood",)),
        ("Sparkbrook & Balsall Heath East", ("Sparkbrook &", "Balsall Heath", "East")),
        ("Llanfairpwllgwyngyll", ("Llanfairpwllgwyngyll",)),
    ],
)
def test_names_break_between_words(name: str, lines: tuple[str, ...]) -> None:
    assert wrap(name) == lines


def test_the_picture_says_in_words_what_it_shows() -> None:
    snapshot = two_teams()

    drawn = TeamMaps().map_of(snapshot, [snapshot.teams["ladywood"]])

    assert drawn is not None
    assert drawn.text == "The Ladywood team covers the ward Ladywood. The team next to it: Sparkbrook."
    assert f'role="img" aria-label="Map. {drawn.text}"' in drawn.svg
    assert [team.id for team in drawn.neighbours] == ["sparkbrook"]


def test_names_in_the_picture_are_text_and_not_markup() -> None:
    snapshot = two_teams()

    drawn = TeamMaps().map_of(snapshot, [snapshot.teams["sparkbrook"]])

    assert drawn is not None
    assert "<more>" not in drawn.svg
    assert "&lt;more&gt;" in drawn.svg


def test_the_picture_has_no_style_of_its_own() -> None:
    snapshot = two_teams()

    drawn = TeamMaps().map_of(snapshot, [snapshot.teams["ladywood"]])

    assert drawn is not None
    assert not re.search(r"style=|fill=|stroke=|<script|href=|onload", drawn.svg)


def test_a_map_is_drawn_once_a_snapshot() -> None:
    snapshot = two_teams()
    later = replace(two_teams(), built_at=snapshot.built_at + timedelta(seconds=1))
    maps = TeamMaps()

    first = maps.map_of(snapshot, [snapshot.teams["ladywood"]])

    assert maps.map_of(snapshot, [snapshot.teams["ladywood"]]) is first
    assert maps.map_of(later, [later.teams["ladywood"]]) is not first


@pytest.mark.parametrize("key", ["t00", "t24", "t48"])
def test_wards_far_from_a_map_are_not_read_and_would_change_nothing(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    codes = [f"E050001{n:02}" for n in range(49)]
    wards = [
        make_ward(code, square(400_000 + n % 7 * 700, 280_000 + n // 7 * 700, 700), f"Name {n}")
        for n, code in enumerate(codes)
    ]
    coverage = tuple(Coverage(code, f"t{n // 2 * 2:02}") for n, code in enumerate(codes))  # two wards a team
    ids = dict.fromkeys(each.team_id for each in coverage)
    snapshot = make_snapshot(wards=wards, directory=make_directory(*ids, coverage=coverage))
    team = snapshot.teams[key]
    looked_at = snapshot.wards.intersecting(reach([Area(key, key, snapshot.wards_of(team))]))
    drawn = TeamMaps().map_of(snapshot, [team])

    monkeypatch.setattr(snapshot.wards, "intersecting", lambda _: wards)

    assert drawn is not None
    assert len(looked_at) < len(wards)
    assert TeamMaps().map_of(snapshot, [team]) == drawn


def test_a_team_without_a_live_ward_has_no_picture() -> None:
    snapshot = make_snapshot(directory=make_directory("ladywood", "elsewhere"))

    assert TeamMaps().map_of(snapshot, [snapshot.teams["elsewhere"]]) is None


def test_a_jagged_picture_is_small_when_compressed() -> None:
    jagged = square(406_000, 286_000).segmentize(5).buffer(40, quad_segs=32)
    snapshot = make_snapshot(wards=[make_ward(polygon=jagged)])

    drawn = TeamMaps().map_of(snapshot, [snapshot.teams["ladywood"]])

    assert drawn is not None
    assert len(gzip.compress(drawn.svg.encode())) < 10_000


@pytest.mark.parametrize("fill", ["--own", "--next", "--other", "--background", "--page", "--panel"])
def test_text_can_be_read_on_every_fill_of_the_palette(fill: str) -> None:
    css = _STYLESHEET.read_text()
    inks, fills = (re.findall(rf"{name}: (#[0-9a-f]{{6}});", css)[:2] for name in ("--ink", fill))

    assert [contrast(ink, colour) >= 4.5 for ink, colour in zip(inks, fills, strict=True)] == [True, True]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by the formula of WCAG 2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of a colour by the formula of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
