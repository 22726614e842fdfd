"""Progress on the terminal: a bar with amount, rate and time left for each step that takes longer than a second."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress
from rich.table import Column, Table
from rich.text import Text

from geodata.progress import Progress, Step

_LONG: Final = 1.0  # seconds


@contextmanager
def show_progress(console: Console) -> Iterator[Progress]:
    """Shows a bar for each step that is started within the block. A new step ends the previous one."""
    with _Bars(
        TextColumn(
            "{task.description}", markup=False, table_column=Column(overflow="fold")
        ),  # numbers are never folded
        BarColumn(bar_width=None),
        _Amount(table_column=Column(no_wrap=True)),
        _Rate(table_column=Column(no_wrap=True)),
        TimeRemainingColumn(table_column=Column(no_wrap=True)),
        TimeElapsedColumn(table_column=Column(no_wrap=True)),
        console=console,
    ) as bars:
        yield bars
        bars.finish()


@dataclass(frozen=True, slots=True)
class _BarStep:
    bars: "_Bars"
    task: TaskID

    def update(self, done: int, /) -> None:
        self.bars.advance(self.task, done)


class _Bars(RichProgress):
    def start_step(self, what: str, total: int | None, *, in_bytes: bool = False) -> Step:
        """Adds a bar for one more step."""
        self.finish()
        return _BarStep(self, self.add_task(what, total=total, of=total, in_bytes=in_bytes))

    def finish(self) -> None:
        """Fills the bar of the last step, which may have had less to do than expected."""
        for task in self.tasks[-1:]:
            self.update(task.id, total=task.total or 1, completed=task.total or 1)

    def make_tasks_table(self, tasks: Iterable[Task]) -> Table:
        """Shows only the steps that take longer than a second."""
        return super().make_tasks_table([task for task in tasks if _seconds(task) > _LONG])


def _seconds(task: Task) -> float:
    """How long a step took or has taken so far, in seconds."""
    return (task.elapsed if task.finished_time is None else task.finished_time) or 0.0


class _Amount(ProgressColumn):
    """The amount done and the total, in bytes or things; empty where the total is unknown."""

    def render(self, task: Task) -> Text:
        amount = (
            "" if task.fields["of"] is None else f"{_counted(task, task.completed)} of {_counted(task, task.total)}"
        )
        return Text(amount, style="progress.download")


class _Rate(ProgressColumn):
    """The rate per second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{_counted(task, speed)}/s" if speed else "", style="progress.data.speed")


def _counted(task: Task, amount: float | None) -> str:
    amount = amount or 0.0
    return decimal(int(amount)) if task.fields["in_bytes"] else f"{amount:,.0f}"
