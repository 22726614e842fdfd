"""Finds which publication a rollback undoes: the last one that is not itself undone. Pure: no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from finder.domain.release import Kind, Publication


@dataclass(frozen=True, slots=True)
class Returns:
    """What a rollback returned to: for each kind, and for each team of the directory, an earlier publication."""

    kinds: Mapping[Kind, int] = field(default_factory=dict)
    teams: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Undo:
    """The publication to undo, the kinds of it that are undone, and the publication that was live before it."""

    undone: Publication
    kinds: tuple[Kind, ...]
    before: Publication


class PublicationHistory:
    """The publications that have been live, and the rollbacks among them.

    A rollback is never undone: a walk back in time jumps from it to the publication that it returned to.
    """

    def __init__(self, publications: Sequence[Publication], returns: Mapping[int, Returns]) -> None:
        """Takes the publications that were or are live, oldest first, and what each rollback returned to, by number."""
        self._publications = {each.number: each for each in publications}
        numbers = [each.number for each in publications]
        self._previous = dict(zip(numbers[1:], numbers, strict=False))
        self._live = numbers[-1] if numbers else None
        self._returns = returns

    def find_undo(self, kind: Kind | None = None) -> Undo | None:
        """Returns what the next rollback undoes, of one kind or of all; None where there is nothing to go back to."""
        last = {each: self._last_change(each) for each in ([kind] if kind else Kind)}
        numbers = [number for number in last.values() if number is not None]
        if not numbers:
            return None
        undone = max(numbers)
        kinds = tuple(each for each, number in last.items() if number == undone)
        return Undo(self._publications[undone], kinds, self._publications[self._previous[undone]])

    def team_steps(self, team_id: str) -> list[tuple[Publication, Publication]]:
        """Returns the steps that may have changed a team and are not undone, as before and after, newest first."""
        steps = []
        number = self._live
        while number is not None:
            jump = self._team_return(number, team_id)
            if jump is None and self._changes(number, Kind.DIRECTORY) and not self._narrowed(number):
                steps.append((self._publications[self._previous[number]], self._publications[number]))
            number = jump if jump is not None else self._previous.get(number)
        return steps

    def teams_returned_below(self, undone: int) -> dict[str, int]:
        """Returns the teams that were rolled back by themselves to before a publication, and to which one each.

        When that publication is undone, the rows of these teams must not come back from just before it.
        """
        found = {}
        for team_id in {team for returned in self._returns.values() for team in returned.teams}:
            number = self._live
            while number is not None and number >= undone:
                jump = self._team_return(number, team_id)
                number = jump if jump is not None else self._previous.get(number)
            if number is not None and number != self._previous[undone]:
                found[team_id] = number
        return found

    def _last_change(self, kind: Kind) -> int | None:
        """Returns the last publication that changed a kind and is not undone; the very first cannot be undone."""
        number = self._live
        while number is not None:
            jump = self._returned(number).kinds.get(kind)
            if jump is None and self._changes(number, kind) and not self._narrowed(number):
                return number
            number = jump if jump is not None else self._previous.get(number)
        return None

    def _changes(self, number: int, kind: Kind) -> bool:
        before = self._previous.get(number)
        return before is not None and kind in self._publications[number].changes(self._publications[before])

    def _narrowed(self, number: int) -> bool:
        """Returns whether a publication rolled back single teams; that is no change that could be undone."""
        returned = self._returned(number)
        return bool(returned.teams) and not returned.kinds

    def _team_return(self, number: int, team_id: str) -> int | None:
        returned = self._returned(number)
        return returned.teams.get(team_id, returned.kinds.get(Kind.DIRECTORY))

    def _returned(self, number: int) -> Returns:
        return self._returns.get(number, Returns())
