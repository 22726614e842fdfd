"""What the demonstration prints."""

from pathlib import Path

import pytest

from finder.cli import demo


@pytest.mark.parametrize(
    ("given", "command"),
    [
        (None, '.venv/bin/finder lookup "B2 4QA"    (from'),
        (Path("/srv/my data"), """.venv/bin/finder lookup "B2 4QA" --data-dir '/srv/my data'    (from"""),
    ],
)
def test_the_command_to_try_uses_the_database_that_is_served(
    capsys: pytest.CaptureFixture[str], given: Path | None, command: str
) -> None:
    demo._welcome("http://127.0.0.1:8080/", given)

    assert command in capsys.readouterr().out


def test_its_help_names_the_script_that_people_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["demo", "--help"])

    with pytest.raises(SystemExit):
        demo.main()

    assert "Usage: scripts/demo" in capsys.readouterr().out
