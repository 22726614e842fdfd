"""A long command shows its progress."""

import io
import time

import pytest
from rich.console import Console

from finder.reports import progress_bars


def shown(
    seconds: float, *, total: int | None, in_bytes: bool = False, width: int = 150, name: str = "sheep counted"
) -> str:
    """What a half-done step leaves on a terminal, with short steps before and after it."""
    text = io.StringIO()
    with progress_bars.show_progress(Console(file=text, force_terminal=True, width=width)) as progress:
        progress.start_step("gates counted", 2)
        step = progress.start_step(name, total, in_bytes=in_bytes)
        step.update(500)
        time.sleep(seconds)
        step.update(500)
        progress.start_step("stiles counted", 2)
    return text.getvalue()


@pytest.mark.parametrize(("seconds", "has_bar"), [(0.0, False), (0.2, True)])
def test_only_a_long_step_has_a_bar(monkeypatch: pytest.MonkeyPatch, seconds: float, *, has_bar: bool) -> None:
    monkeypatch.setattr(progress_bars, "_LONG", 0.1)

    text = shown(seconds, total=2000)

    assert ("sheep counted" in text) is has_bar
    assert "gates" not in text
    assert "stiles" not in text


@pytest.mark.parametrize(
    ("total", "in_bytes", "amount", "unit"),
    [
        (2000, False, "2,000 of 2,000", "/s"),
        (2000, True, "2.0 kB of 2.0 kB", "kB/s"),
    ],
)
def test_a_bar_has_amount_and_rate_and_ends_full(
    monkeypatch: pytest.MonkeyPatch, total: int, amount: str, unit: str, *, in_bytes: bool
) -> None:
    monkeypatch.setattr(progress_bars, "_LONG", 0.05)

    last = [line for line in shown(0.1, total=total, in_bytes=in_bytes).splitlines() if "sheep" in line][-1]

    assert amount in last
    assert unit in last


def test_a_long_name_on_a_narrow_terminal_does_not_fold_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_bars, "_LONG", 0.05)
    name = "postcodes from code-point-open-2025.2.zip"

    lines = shown(0.1, total=150_000_000, in_bytes=True, width=80, name=name).splitlines()

    last = next(line for line in reversed(lines) if "postcodes" in line)
    assert "150.0 MB of 150.0 MB" in last
    assert "/s" in last


def test_a_step_of_unknown_size_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_bars, "_LONG", 0.05)

    assert "sheep counted" in shown(0.1, total=None)
