"""Progress on the terminal: a bar with amount, rate and time left for each step that takes longer than a second."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Column, Table
from rich.text import Text

from geodata.progress import Advance, Begin

_LONG: Final = 1.0  # seconds


@contextmanager
def progress(console: Console) -> Iterator[Begin]:
    """Bars for the steps that are begun within the block; one that begins ends the one before it."""
    with _Bars(
        TextColumn("{task.description}", table_column=Column(overflow="fold")),  # the figures keep to one line
        BarColumn(bar_width=None),
        _Amount(table_column=Column(no_wrap=True)),
        _Rate(table_column=Column(no_wrap=True)),
        TimeRemainingColumn(table_column=Column(no_wrap=True)),
        TimeElapsedColumn(table_column=Column(no_wrap=True)),
        console=console,
    ) as bars:
        yield bars.begin
        bars.finish()


class _Bars(Progress):
    def begin(self, what: str, total: int | None, *, in_bytes: bool = False) -> Advance:
        """A bar for one more step."""
        self.finish()
        task = self.add_task(what, total=total, of=total, in_bytes=in_bytes)
        return lambda done: self.advance(task, done)

    def finish(self) -> None:
        """Fill up the bar of the step that is over: it may have had less to do than was thought."""
        for task in self.tasks[-1:]:
            self.update(task.id, total=task.total or 1, completed=task.total or 1)

    def make_tasks_table(self, tasks: Iterable[Task]) -> Table:
        """The bars to be shown now."""
        return super().make_tasks_table([task for task in tasks if _seconds(task) > _LONG])


def _seconds(task: Task) -> float:
    """How long a step took, or has taken so far."""
    return (task.elapsed if task.finished_time is None else task.finished_time) or 0.0


class _Amount(ProgressColumn):
    """How much is done, and of how much: bytes or things; nothing where that is not known."""

    def render(self, task: Task) -> Text:
        amount = (
            "" if task.fields["of"] is None else f"{_counted(task, task.completed)} of {_counted(task, task.total)}"
        )
        return Text(amount, style="progress.download")


class _Rate(ProgressColumn):
    """How much is done in a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{_counted(task, speed)}/s" if speed else "", style="progress.data.speed")


def _counted(task: Task, amount: float | None) -> str:
    amount = amount or 0.0
    return decimal(int(amount)) if task.fields["in_bytes"] else f"{amount:,.0f}"
