"""Which layers of a boundary file hold the wards, by their columns, codes and names, or as a person says. No I/O."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from geodata.errors import SourceError
from geodata.readers.boundaries.messages import BoundaryTask
from geodata.readers.boundaries.ward_columns import UsualColumns, WardColumns, has_ward_codes

# Of England, Wales, Scotland and Northern Ireland: the codes of electoral wards and divisions start with these.
_WARD_ENTITIES: Final = ("E05", "W05", "S13", "N08")
_WARD_NAME: Final = re.compile(r"(?:^|[^a-z])wards?(?:[^a-z]|$)|^wd[^a-z]|(?:^|[^a-z])wd_?[0-9]{2}", re.IGNORECASE)
_LISTED: Final = 20


@dataclass(frozen=True, slots=True)
class FoundLayer:
    """A layer that can be read: `names` are what a person may call it, the first is shown; `first_values` are rows.

    `read` sends at most so many features, and raises SourceError if there are more.
    """

    names: Sequence[str]
    columns: Sequence[str]
    first_values: Sequence[dict[str, str]]
    read: Callable[[int], Iterator[msgspec.Struct]]
    is_empty: bool = False
    is_area: bool = True

    @property
    def name(self) -> str:
        """The name to show."""
        return self.names[0]


def choose_layers(name: str, found: Sequence[FoundLayer], request: BoundaryTask, *, join: bool) -> Sequence[FoundLayer]:
    """The layers that a person names, else the one that holds the wards. Raises SourceError if in doubt.

    With `join` all layers with areas count as one: the folders of a KML document are no choice.
    """
    if request.layers:
        return [_find_named(name, wanted, found) for wanted in dict.fromkeys(request.layers)]
    filled = [layer for layer in found if not layer.is_empty]
    likely = _keep(filled, lambda layer: layer.is_area) or found[:1]
    if join:
        return likely
    for is_likely in (
        lambda layer: not request.with_codes or has_ward_codes(request.columns, layer.columns),
        lambda layer: not request.with_codes or _has_codes_of_wards(request.columns, layer),
        lambda layer: any(map(_WARD_NAME.search, layer.names)),
    ):
        likely = _keep(likely, is_likely)
    if len(likely) > 1:
        message = f"{name} has several layers that can be the wards: {_list(likely)}. Say which one with --layer."
        raise SourceError(message)
    return likely


def _keep(layers: Sequence[FoundLayer], is_likely: Callable[[FoundLayer], bool]) -> Sequence[FoundLayer]:
    return [layer for layer in layers if is_likely(layer)] or layers


def _has_codes_of_wards(columns: WardColumns, layer: FoundLayer) -> bool:
    """Whether at least half of the first rows have a code of a ward, and not of a district or parish."""
    names = [columns.code] if columns.code else UsualColumns.of(layer.columns).codes
    codes = [row.get(name, "") for row in layer.first_values for name in names[:1]]
    return 2 * sum(code.strip().upper().startswith(_WARD_ENTITIES) for code in codes) >= max(1, len(codes))


def _find_named(name: str, wanted: str, found: Sequence[FoundLayer]) -> FoundLayer:
    matching = [layer for layer in found if wanted.casefold() in {each.casefold() for each in layer.names}]
    if len(matching) == 1:
        return matching[0]
    if matching:
        message = f"{name} has several layers {wanted[:60]!r}: {_list(matching)}. Give --layer one of these."
    else:
        message = f"{name} has no layer {wanted[:60]!r}. Give --layer one of {_list(found)}."
    raise SourceError(message)


def _list(layers: Sequence[FoundLayer]) -> str:
    names = [layer.name[:60] for layer in layers]
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
