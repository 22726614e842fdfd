"""Private names of libraries occur in one module, the fast path, which can be switched off."""

import ast
from pathlib import Path
from typing import Final

import pytest
from aiohttp import web

from finder.server.fast_path import PRIVATE_NAMES

_ROOT: Final = Path(__file__).resolve().parents[2]
_MODULES: Final = [path for folder in ("finder", "geodata", "scripts") for path in (_ROOT / folder).rglob("*.py")]
_FAST_PATH: Final = _ROOT / "finder" / "server" / "fast_path.py"
_PUBLIC: Final = {"_replace", "_asdict", "_fields", "_make", "_exit"}  # documented, of named tuples and of os
_OF_AIOHTTP: Final = {
    name for class_ in (*web.RequestHandler.__mro__, *web.Server.__mro__) for name in getattr(class_, "__slots__", ())
} | {name for name in vars(web.Server) if name.startswith("_")}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_" and name not in _PUBLIC


def own_names(tree: ast.AST) -> set[str]:
    """The private names that a module itself defines."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def foreign_names(tree: ast.AST, ours: set[str]) -> set[str]:
    """The private names that a module uses and neither it nor any other module of ours defines."""
    known = ours - (_OF_AIOHTTP - own_names(tree))
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    imported = {
        part
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] not in {"finder", "scripts"}
        for part in (*node.module.split("."), *(alias.name for alias in node.names))
    }
    return {name for name in attributes | imported if is_private(name) and name not in known}


_TREES: Final = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _MODULES}
_OURS: Final = set().union(*map(own_names, _TREES.values()))


@pytest.mark.parametrize("path", sorted(set(_MODULES) - {_FAST_PATH}), ids=lambda path: str(path.relative_to(_ROOT)))
def test_a_module_uses_no_private_name_of_a_library(path: Path) -> None:
    assert foreign_names(_TREES[path], _OURS) == set()


def test_the_fast_path_lists_each_private_name_that_it_uses() -> None:
    tree = _TREES[_FAST_PATH]
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & _OF_AIOHTTP
    inherited = used - {"_server", "_fast_path", "_outbox", "_now", "_unsent"}

    assert {name for name in inherited if is_private(name)} == set(PRIVATE_NAMES)


@pytest.mark.parametrize(
    "source",
    [
        "from aiohttp.web_protocol import _ErrInfo",
        "from aiohttp._http_parser import HttpRequestParser",
        "def close(connection):\n    connection._task_handler.cancel()",
        "class Server(web.Server):\n    def ask(self):\n        return self._kwargs",
    ],
)
def test_a_private_name_is_found(source: str) -> None:
    assert foreign_names(ast.parse(source), _OURS)
