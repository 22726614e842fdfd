"""What comes of a cell whose text is nearly what its column should have: mended where sure, else refused."""

from typing import NamedTuple


class Mended(NamedTuple):
    """The text that a cell stands for. `note` says what was done to it, and is empty if nothing was."""

    text: str
    note: str = ""


class UnusableCellError(ValueError):
    """A cell that cannot be taken, and not be mended with certainty."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem} {remedy}")
