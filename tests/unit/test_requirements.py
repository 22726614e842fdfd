"""The requirements files install exactly what they pin, even if there are newer releases, and name nobody's machine.

pip is run for real, with a local folder of made-up wheels as its index. It holds the pinned version of each package,
with the dependencies that the installed one declares, and a newer version. A package that is not installed here
(most of those for benchmarks and clients, and what is for other platforms) has no dependencies there.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

CHECKOUT: Final = Path(__file__).resolve().parents[2]
_LOCKS: Final = [
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-bench.txt",
    "requirements-clients.txt",
    "requirements-audit.txt",
]
_PIP: Final = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
_LINE_OF_A_LOCK: Final = re.compile(
    r"#[^/]*|#    scripts/lock"
    r"|[a-z0-9.-]+(\[[a-z0-9,-]+\])?==[0-9][0-9a-z.]*( ; [^/]+)? \\"
    r"|    --hash=sha256:[0-9a-f]{64}( \\)?"
)


class Pin(NamedTuple):
    """One pinned package of a lock, and its line as it stands there."""

    line: str
    requirement: Requirement

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        [specifier] = self.requirement.specifier
        return specifier.version

    @property
    def applies(self) -> bool:
        """Whether it is for this Python on this platform."""
        return self.requirement.marker is None or self.requirement.marker.evaluate()


class Index(NamedTuple):
    """A local package index, with the hash of each pinned wheel by name and version."""

    folder: Path
    hashes: dict[tuple[str, str], str]


def pins(lock: str) -> list[Pin]:
    lines = [line.removesuffix(" \\") for line in lock.splitlines() if "==" in line]
    return [Pin(line, Requirement(line)) for line in lines]


def read(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


def without_extras(lock: str) -> str:
    """The lock as it was until November 2026: coverage, where pytest-cov asks for coverage[toml]."""
    return re.sub(r"^([a-z0-9.-]+)\[.*?\]", r"\1", lock, flags=re.MULTILINE)


def installed(pin: Pin) -> metadata.Distribution | None:
    """The package itself, or None where this version of it is not installed."""
    try:
        found = metadata.distribution(pin.name)
    except metadata.PackageNotFoundError:
        return None
    return found if found.version == pin.version else None


def dependencies(pin: Pin) -> Iterator[Requirement]:
    """What a pinned package with its extras asks for on this Python and platform."""
    found = installed(pin)
    for asked in map(Requirement, (found and found.requires) or []):
        if asked.marker is None or any(asked.marker.evaluate({"extra": e}) for e in ("", *pin.requirement.extras)):
            yield asked


def left_out(lock: str) -> set[str]:
    """Dependencies of pinned packages which the lock itself does not name, and extras which it does not."""
    locked = {pin.name: pin.requirement.extras for pin in pins(lock) if pin.applies}
    missing: set[str] = set()
    for asked in (asked for pin in pins(lock) if pin.applies for asked in dependencies(pin)):
        name = canonicalize_name(asked.name)
        if name not in locked:
            missing.add(name)
        else:
            missing |= {f"{name}[{extra}]" for extra in asked.extras - locked[name]}
    return missing


def make_wheel(folder: Path, pin: Pin, version: str) -> str:
    """Puts a wheel of nothing but metadata into the package's folder of the index, and returns its hash."""
    headers = ["Metadata-Version: 2.1", f"Name: {pin.name}", f"Version: {version}"]
    if found := installed(pin):
        headers += [f"Provides-Extra: {extra}" for extra in found.metadata.get_all("Provides-Extra") or []]
        headers += [f"Requires-Dist: {asked}" for asked in found.requires or []]
    stem = f"{pin.name.replace('-', '_')}-{version}"
    path = folder / pin.name / f"{stem}-py3-none-any.whl"
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{stem}.dist-info/METADATA", "\n".join([*headers, ""]))
        wheel.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{stem}.dist-info/RECORD", "")
    with path.with_name("index.html").open("a", encoding="utf-8") as page:
        page.write(f'<!DOCTYPE html><a href="{path.name}">{path.name}</a>\n')
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("index")
    hashes = {}
    for pin in {pin.line: pin for name in _LOCKS for pin in pins(read(name))}.values():
        hashes[pin.name, pin.version] = make_wheel(folder, pin, pin.version)
        newer = (*Version(pin.version).release, 1)
        make_wheel(folder, pin, ".".join(map(str, newer)))
    return Index(folder, hashes)


def pip_install(lock: str, index: Index) -> subprocess.CompletedProcess[str]:
    """What pip would install from the lock into an empty environment: its report, or its refusal."""
    requirements = index.folder / "requirements.txt"
    lines = [f"{pin.line} --hash=sha256:{index.hashes[pin.name, pin.version]}\n" for pin in pins(lock)]
    requirements.write_text("".join(lines), encoding="utf-8")
    command = [*_PIP, "install", "--dry-run", "--ignore-installed", "--quiet", "--report=-", "--no-cache-dir"]
    command += ["--require-hashes", f"--index-url={index.folder.as_uri()}", f"--requirement={requirements}"]
    own = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    environment = own | {"PIP_CONFIG_FILE": os.devnull}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize("name", _LOCKS)
def test_pip_installs_exactly_what_is_locked_where_newer_releases_of_everything_exist(name: str, index: Index) -> None:
    lock = read(name)

    done = pip_install(lock, index)

    assert done.returncode == 0, done.stderr
    chosen = [each["metadata"] for each in json.loads(done.stdout)["install"]]
    locked = {pin.name: pin.version for pin in pins(lock) if pin.applies}
    assert {canonicalize_name(each["name"]): each["version"] for each in chosen} == locked


@pytest.mark.skipif(
    Version(metadata.version("pip")) >= Version("23.3"),
    reason="since 23.3 pip takes a pinned package also for one with extras; the pip of Python 3.11 does not",
)
def test_pip_refuses_the_lock_without_its_extras(index: Index) -> None:
    done = pip_install(without_extras(read("requirements-dev.txt")), index)

    assert done.returncode == 1
    assert "In --require-hashes mode, all requirements must have their versions pinned with ==" in done.stderr
    assert "coverage[toml]" in done.stderr


@pytest.mark.parametrize("name", _LOCKS)
def test_a_lock_names_every_dependency_and_extra_that_its_packages_ask_for(name: str) -> None:
    assert left_out(read(name)) == set()


def test_a_missing_extra_in_a_lock_is_noticed_with_any_pip() -> None:
    assert left_out(without_extras(read("requirements-dev.txt"))) == {"coverage[toml]"}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_the_installed_packages_are_the_locked_ones(name: str) -> None:
    """Or the dependencies that the tests above take from it would be those of another version."""
    locked = [pin for pin in pins(read(name)) if pin.applies]

    assert [pin.line for pin in locked if metadata.version(pin.name) != pin.version] == []


@pytest.mark.parametrize("name", _LOCKS)
def test_a_lock_has_pinned_versions_and_hashes_and_names_no_index(name: str) -> None:
    assert [line for line in read(name).splitlines() if not _LINE_OF_A_LOCK.fullmatch(line)] == []


def generated_files() -> list[Path]:
    """What .gitattributes calls generated."""
    lines = [line.split() for line in read(".gitattributes").splitlines()]
    patterns = [words[0] for words in lines if "linguist-generated=true" in words[1:]]
    found = [path for pattern in patterns for path in CHECKOUT.glob(pattern.replace("**", "**/*"))]
    return [path for path in found if path.is_file()]


def of_this_machine() -> set[str]:
    """The hosts and folders where pip looks for packages here, this checkout, and the home of who runs this."""
    said = subprocess.run([*_PIP, "config", "list"], capture_output=True, text=True, check=True).stdout
    folders = {f"{path}/" for path in (CHECKOUT, Path.home()) if len(path.parts) > 1}
    hosts = {urlsplit(url).hostname or "" for url in re.findall(r"\bhttps?://[^\s'\"]+", said)}
    return (hosts | folders | set(re.findall(r"(?<![\w/:.])(?:file://)?(/[^\s'\"]+)", said))) - {""}


def test_no_generated_file_names_an_index_or_a_folder_of_this_machine() -> None:
    texts = {path.relative_to(CHECKOUT).as_posix(): path.read_bytes() for path in generated_files()}
    names = {name.encode() for name in of_this_machine()}

    assert set(_LOCKS) < set(texts)
    assert [path for path, text in texts.items() if any(name in text for name in names)] == []
