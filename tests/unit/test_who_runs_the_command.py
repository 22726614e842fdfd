"""Who runs a command: the account by its number; what the environment says is a claim beside it."""

import os
import pwd
from typing import Final

import pytest

from finder.cli.terminal import claimed_names, current_user
from finder.errors import OperatorError
from finder.settings import unknown_settings

_ACCOUNT: Final = pwd.getpwuid(os.getuid()).pw_name
_NAMES: Final = ("FINDER_USER", "SUDO_USER", "DOAS_USER", "LOGNAME", "USER")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that claims nothing."""
    for name in _NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", _NAMES)
def test_no_variable_changes_the_account(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "chief")

    assert current_user() == _ACCOUNT
    assert claimed_names() == f"{name}=chief"


def test_an_account_without_a_name_is_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)

    assert current_user() == "uid 4000000000"


def test_a_variable_that_names_the_account_claims_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", _ACCOUNT)
    monkeypatch.setenv("SUDO_USER", "kavita")

    assert claimed_names() == "SUDO_USER=kavita"


@pytest.mark.parametrize("claimed", ["a\x1b[31m", "a\nb", "a\u202eb", "\udce9", "x" * 65], ids=ascii)
def test_a_claim_that_is_no_name_is_refused(monkeypatch: pytest.MonkeyPatch, claimed: str) -> None:
    monkeypatch.setenv("SUDO_USER", claimed)

    with pytest.raises(OperatorError, match="SUDO_USER is no name"):
        claimed_names()


def test_the_variable_for_a_claim_is_no_unknown_setting() -> None:
    assert list(unknown_settings(["FINDER_USER"])) == []
