"""The documents: short enough, true to the files, and with links that lead somewhere."""

import re
from pathlib import Path
from typing import Final

import pytest

from scripts.settings_table import DOCUMENT, replace_table

_ROOT: Final = Path(__file__).resolve().parents[2]
_DOCUMENTS: Final = [_ROOT / "README.md", _ROOT / "CONTRIBUTING.md", *sorted((_ROOT / "docs").glob("*.md"))]
_FOLDERS: Final = ("finder/", "geodata/", "scripts/", "tests/", "docs/")
_SUFFIXES: Final = (".py", ".sql", ".md", ".html", ".cfg", ".conf", ".yml", ".sh", ".service", ".Dockerfile")


@pytest.fixture(params=_DOCUMENTS, ids=lambda path: path.name)
def document(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def test_the_readme_has_at_most_120_lines() -> None:
    assert len((_ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


def test_the_table_of_settings_is_that_of_the_settings() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")

    assert replace_table(text) == text, "run .venv/bin/python -m scripts.settings_table"


def test_every_path_that_a_document_names_exists(document: Path) -> None:
    quoted = re.findall(r"`([^`\s]+)`", document.read_text(encoding="utf-8"))
    paths = [each for each in quoted if each.startswith(_FOLDERS) and "_what_it_does" not in each]

    assert [each for each in paths if not (_ROOT / each).exists()] == []


def test_every_file_that_a_document_names_alone_exists(document: Path) -> None:
    quoted = re.findall(r"`([\w.-]+)`", document.read_text(encoding="utf-8"))
    names = {path.name for folder in _FOLDERS for path in (_ROOT / folder).rglob("*")} | {
        path.name for path in _ROOT.iterdir()
    }

    assert [each for each in quoted if each.endswith(_SUFFIXES) and each not in names] == []


def test_every_link_leads_to_a_file(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8"))

    assert [each for each in links if not (document.parent / each).exists()] == []


def test_every_link_to_a_heading_leads_to_one(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", document.read_text(encoding="utf-8"))

    assert [link for link in links if link[1] not in headings(document.parent / link[0] if link[0] else document)] == []


def headings(document: Path) -> set[str]:
    """The headings of a document, as links to them are written."""
    found = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in found}


def test_no_shell_wrapper_has_the_name_of_a_python_file_beside_it() -> None:
    scripts = [path for path in (_ROOT / "scripts").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    wrappers = {path.stem.replace("-", "_") for path in scripts if path.suffix in {"", ".sh"}}
    modules = {path.stem for path in (_ROOT / "scripts").glob("*.py")}

    assert wrappers & modules == set()


def test_each_entry_of_the_changelog_has_one_line() -> None:
    lines = (_ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()

    entries = lines[lines.index("## Unreleased") :]
    assert [line for line in entries if line and not line.startswith(("- ", "#"))] == []
