"""A Progress that records its calls for a test."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class RecordedStep:
    """A step as it was started, and every update it got."""

    what: str
    total: int | None
    in_bytes: bool
    updates: list[int] = field(default_factory=list)

    def update(self, done: int, /) -> None:
        """Keeps the update."""
        self.updates.append(done)


@dataclass(slots=True)
class RecordedProgress:
    """Keeps the steps in the order in which they were started."""

    steps: list[RecordedStep] = field(default_factory=list)

    def start_step(self, what: str, total: int | None, *, in_bytes: bool = False) -> RecordedStep:
        """Keeps the step."""
        step = RecordedStep(what, total, in_bytes)
        self.steps.append(step)
        return step
