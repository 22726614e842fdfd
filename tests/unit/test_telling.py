"""A command that works for long says at what."""

import asyncio

import pytest

from finder.cli import application
from finder.cli.application import telling_if_long


@pytest.mark.parametrize(("seconds", "told"), [(0.0, ""), (0.2, "Counting sheep …\n")])
async def test_only_what_takes_long_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seconds: float, told: str
) -> None:
    monkeypatch.setattr(application, "_LONG", 0.05)

    with telling_if_long("Counting sheep …"):
        await asyncio.sleep(seconds)
    await asyncio.sleep(0.1)

    assert capsys.readouterr().err == told
