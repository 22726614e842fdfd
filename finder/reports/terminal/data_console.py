"""A terminal that obeys nothing in the data it shows: neither markup nor control characters."""

from collections.abc import Iterable
from typing import IO, Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from geodata.unreadable_characters import without_unreadable

_LINE_ENDS: Final = "\n"


class DataConsole(Console):
    """Prints names, notes and file names as they are, with a replacement for each character that nobody can read.

    Rich reads `[link=...]` and `:name:` in a text as commands, and passes an escape character on to the terminal.
    """

    def __init__(self, *, stderr: bool = False, file: IO[str] | None = None, width: int | None = None) -> None:
        super().__init__(stderr=stderr, file=file, width=width, markup=False, emoji=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Returns what is printed, without control characters except those of Rich itself."""
        for segment in super().render(renderable, options):
            yield segment if segment.control or segment.text == _LINE_ENDS else _readable(segment)


def _readable(segment: Segment) -> Segment:
    text = without_unreadable(segment.text)
    return segment if text == segment.text else Segment(text, segment.style)
