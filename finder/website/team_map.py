"""A team's area as an SVG without map tiles or scripts; its only styles are classes of the stylesheet."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from markupsafe import Markup, escape

from finder.domain.team import NeighbourhoodTeam
from finder.snapshot.model import Snapshot
from finder.website.template_filters import listed
from geodata.maps.ward_drawing import HEIGHT, LETTER, LINE, WIDTH, Area, Drawing, Label, Ring, Scale, Shape, draw, reach
from geodata.ward import Ward

_MOST_KEPT: Final = 2000
_KILOMETRE: Final = 1000
_FRAME: Final = [(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)]


@dataclass(frozen=True, slots=True)
class TeamMap:
    """The drawing, the same in words, and the neighbouring teams."""

    svg: Markup
    text: str
    neighbours: tuple[NeighbourhoodTeam, ...]


class TeamMaps:
    """The maps of the snapshot that was used last, each drawn once. Threads may share it: they draw the pages."""

    def __init__(self) -> None:
        self._of: tuple[int, datetime] | None = None
        self._drawn: dict[tuple[str, ...], TeamMap | None] = {}

    def map_of(self, snapshot: Snapshot, teams: Sequence[NeighbourhoodTeam]) -> TeamMap | None:
        """Returns the map of some teams, None if they have no live ward."""
        if snapshot.identity != self._of or len(self._drawn) >= _MOST_KEPT:
            self._of, self._drawn = snapshot.identity, {}
        drawn, key = self._drawn, tuple(team.id for team in teams)
        if key not in drawn:
            drawn[key] = _draw(snapshot, teams)
        return drawn[key]


def _draw(snapshot: Snapshot, teams: Sequence[NeighbourhoodTeam]) -> TeamMap | None:
    of_teams = (Area(team.id, team.name, sorted(snapshot.wards_of(team), key=_code)) for team in teams)
    areas = [area for area in of_teams if area.wards]
    if not areas:
        return None
    drawing = draw(areas, _others(snapshot, areas))
    neighbours = sorted((snapshot.teams[key] for key in drawing.adjoining), key=lambda team: team.name)
    text = describe(areas, neighbours)
    return TeamMap(_svg(drawing, text), text, tuple(neighbours))


def _others(snapshot: Snapshot, areas: Sequence[Area]) -> list[Area]:
    """Returns the parts of other teams' areas that the drawing shows."""
    shown = {area.key for area in areas}
    wards: defaultdict[str, list[Ward]] = defaultdict(list)
    for ward in snapshot.wards.intersecting(reach(areas)):
        team = snapshot.team_of_ward.get(ward.gss_code)
        if team is not None and team.id not in shown:
            wards[team.id].append(ward)
    return [Area(key, snapshot.teams[key].name, wards[key]) for key in sorted(wards)]


def _code(ward: Ward) -> str:
    return ward.gss_code


def describe(areas: Sequence[Area], neighbours: Sequence[NeighbourhoodTeam]) -> str:
    """Returns what the map shows, in sentences."""
    sentences = [f"The {area.name} team covers {_wards(area)}." for area in areas]
    if neighbours:
        teams = "team" if len(neighbours) == 1 else "teams"
        next_to = f"The {teams} next to {'it' if len(areas) == 1 else 'them'}"
        sentences.append(f"{next_to}: {listed([team.name for team in neighbours])}.")
    return " ".join(sentences)


def _wards(area: Area) -> str:
    names = sorted(ward.name for ward in area.wards)
    return f"the ward {names[0]}" if len(names) == 1 else f"the wards {listed(names)}"


def _svg(drawing: Drawing, text: str) -> Markup:
    """Returns the drawing as markup. Its colours come from classes of the stylesheet, in light and dark mode."""
    names = [shape.label for shape in (*drawing.areas, *drawing.others) if shape.label]
    return Markup(  # noqa: S704 - every part is a number, or escaped
        f'<svg class="map" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Map. {escape(text)}">'
        f'<path class="background" d="{_path([_FRAME])}"/>'
        f"{_shapes('other', drawing.others)}{_shapes('own', drawing.areas[:1])}{_shapes('own next', drawing.areas[1:])}"
        f'<path class="ward" d="{_path(drawing.wards)}"/>'
        f"{_bar(drawing.scale)}{''.join(_name(label) for label in names)}</svg>"
    )


def _shapes(css_class: str, shapes: Sequence[Shape]) -> str:
    return "".join(f'<path class="{css_class}" d="{_path(shape.rings)}"/>' for shape in shapes)


def _path(rings: Sequence[Ring]) -> str:
    """Returns rings as path data. Each corner is relative to the previous one, which is shorter."""
    return "".join(f"M{ring[0][0]} {ring[0][1]}l{_steps(ring)}z" for ring in rings if len(ring) > 2)  # noqa: PLR2004 - fewer corners enclose nothing


def _steps(ring: Ring) -> str:
    return " ".join(f"{right[0] - left[0]} {right[1] - left[1]}" for left, right in pairwise(ring))


def _name(label: Label) -> str:
    """Returns a name in lines, centred vertically. Offsets are in ems, to follow the font size of the stylesheet."""
    first = 0.35 - (len(label.lines) - 1) * LINE / 2
    lines = "".join(
        f'<tspan x="{label.across}" dy="{first if position == 0 else LINE:.2f}em">{escape(line)}</tspan>'
        for position, line in enumerate(label.lines)
    )
    return f'<text y="{label.down}">{lines}</text>'


def _bar(scale: Scale) -> str:
    left, base = LETTER // 2, HEIGHT - LETTER // 2
    far = scale.metres >= _KILOMETRE
    length = f"{scale.metres // _KILOMETRE} km" if far else f"{scale.metres} m"
    return (
        f'<path class="bar" d="M{left} {base - 8}v8h{scale.units}v-8"/>'
        f'<text class="length" x="{left + scale.units / 2:.0f}" y="{base - 12}">{length}</text>'
    )
