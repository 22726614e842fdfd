"""The linters and generators of scripts/check-clients: pinned, and each client has a use of every operation."""

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from finder.api.operation_table import DOCUMENTED
from scripts.api_clients import tools
from scripts.api_clients.clients import CLIENTS, Client, TypeScriptClient

_FOLDER: Final = Path(__file__).resolve().parents[2] / "scripts" / "api_clients"


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((_FOLDER / name).read_text(encoding="utf-8"))
    return content


def test_at_least_five_generators_are_tried() -> None:
    assert len({client.generator[0] for client in CLIENTS}) >= 5


def test_every_package_is_pinned_to_one_version_which_is_that_of_the_lock() -> None:
    asked = read("package.json")["devDependencies"]
    locked = read("package-lock.json")["packages"]

    versions = {name: version.rpartition("@")[2] for name, version in asked.items()}
    assert {name: locked[f"node_modules/{name}"]["version"] for name in asked} == versions


def test_a_tool_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tools, "FOLDER", tmp_path)

    with pytest.raises(tools.ToolError, match="no such schema"):
        tools.run([sys.executable, "-c", "raise SystemExit('no such schema')"])


def test_the_lock_has_hashes_and_names_no_registry() -> None:
    packages = {name: each for name, each in read("package-lock.json")["packages"].items() if name}

    assert [name for name, each in packages.items() if "resolved" in each or "integrity" not in each] == []


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_use_names_every_operation(client: Client) -> None:
    suffix = "ts" if isinstance(client, TypeScriptClient) else "py"

    text = (_FOLDER / "uses" / f"{client.name}.{suffix}").read_text(encoding="utf-8")

    snake = {each.id: re.sub(r"(?=[A-Z])", "_", each.id).lower() for each in DOCUMENTED}
    assert [name for name, in_snake in snake.items() if name not in text and in_snake not in text] == []
