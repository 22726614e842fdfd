"""The shape of the code: which modules are at the top, and how many modules of ours one module imports."""

import ast
from pathlib import Path
from typing import Final

import pytest

_ROOT: Final = Path(__file__).resolve().parents[2]
_MOST_IMPORTS: Final = 14
_MODULES: Final = sorted(path for folder in ("finder", "geodata") for path in (_ROOT / folder).rglob("*.py"))


def imported(source: str) -> set[str]:
    """Returns the modules of finder and geodata that a source text imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {_module_of(node.module, alias.name) for alias in node.names}
    return {name for name in found if name.split(".")[0] in {"finder", "geodata"}}


def _module_of(package: str, name: str) -> str:
    """`from finder.storage import journal_store` imports a module, `from finder.errors import BusyError` a name."""
    path = _ROOT.joinpath(*package.split("."), name)
    return f"{package}.{name}" if path.with_suffix(".py").exists() or path.is_dir() else package


def test_the_service_has_four_modules_at_its_top() -> None:
    found = {path.stem for path in (_ROOT / "finder").glob("*.py")}

    assert found == {"__init__", "__main__", "errors", "logs", "settings"}


@pytest.mark.parametrize("path", _MODULES, ids=lambda path: str(path.relative_to(_ROOT)))
def test_no_module_imports_more_than_fourteen_of_ours(path: Path) -> None:
    found = imported(path.read_text(encoding="utf-8"))

    assert len(found) <= _MOST_IMPORTS, sorted(found)


@pytest.mark.parametrize(
    "path", [path for path in _MODULES if path.name != "__init__.py"], ids=lambda path: str(path.relative_to(_ROOT))
)
def test_every_module_has_a_docstring(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_imports_are_counted_by_module() -> None:
    source = "from finder.storage import journal_store, ward_store\nfrom finder.errors import BusyError, SchemaError"

    assert imported(source) == {"finder.storage.journal_store", "finder.storage.ward_store", "finder.errors"}
