"""Settings from the environment."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from finder.settings import CHECKOUT, Settings, unknown_settings


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("FINDER_")]:
        monkeypatch.delenv(name)


def test_without_an_environment_the_settings_are_those_of_the_demonstration() -> None:
    settings = Settings()

    assert (settings.database_url, settings.data_dir, settings.host, settings.port, settings.workers) == (
        None,
        CHECKOUT / ".finder",
        "127.0.0.1",
        8080,
        1,
    )


def test_the_near_boundary_distances_are_those_of_the_contract() -> None:
    settings = Settings()

    assert (settings.near_boundary_m, settings.near_boundary_poor_m) == (25, 100)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("port", "0", 0),
        ("host", "0.0.0.0", "0.0.0.0"),
        ("workers", "4", 4),
        ("near_boundary_m", "12.5", 12.5),
        ("log_format", "json", "json"),
        ("data_dir", "/srv/a folder", Path("/srv/a folder")),
    ],
)
def test_a_setting_is_read_from_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, value: object
) -> None:
    monkeypatch.setenv(f"FINDER_{name.upper()}", text)

    settings = Settings()

    assert getattr(settings, name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "65536"),
        ("PORT", "http"),
        ("WORKERS", "0"),
        ("POLL_INTERVAL", "0"),
        ("POLL_INTERVAL", "nan"),
        ("NEAR_BOUNDARY_M", "-1"),
        ("NEAR_BOUNDARY_M", "nan"),
        ("NEAR_BOUNDARY_POOR_M", "inf"),
        ("LOG_LEVEL", "loud"),
        ("TRUSTED_PROXIES", "10.0.0.1, 10.0.0.0/99"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    monkeypatch.setenv(f"FINDER_{name}", text)

    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_unknown_variables_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINDER_FROM_THE_FUTURE", "1")
    monkeypatch.setenv("PORT", "1")

    assert Settings().port == 8080


def test_a_mistyped_setting_is_named_with_a_suggestion() -> None:
    sentences = list(
        unknown_settings(["FINDER_WORKER", "FINDER_FROM_THE_FUTURE", "FINDER_PORT", "finder_host", "PORT"])
    )

    assert sentences == [
        "FINDER_FROM_THE_FUTURE is no setting, and is ignored.",
        "FINDER_WORKER is no setting, and is ignored. Did you mean FINDER_WORKERS?",
    ]


def test_the_password_of_the_database_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINDER_DATABASE_URL", "postgresql://finder:hunter2@db/finder")

    settings = Settings()

    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump()}"


def test_settings_do_not_change() -> None:
    settings = Settings()

    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1  # type: ignore[misc]
