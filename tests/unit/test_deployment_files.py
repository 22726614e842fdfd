"""Dockerfile and docker-compose.yml say things that are so; no Docker engine runs here, so they are read, not run."""

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

CHECKOUT: Final = Path(__file__).resolve().parents[2]
_SOURCES: Final = ["Dockerfile", "docker-compose.yml", ".dockerignore"]


def dockerfile() -> list[tuple[str, str]]:
    """Every instruction and its arguments, with continued lines joined and comments left out."""
    text = "\n".join(line for line in _read("Dockerfile").splitlines() if not line.lstrip().startswith("#"))
    lines = text.replace("\\\n", " ").splitlines()
    return [(word.upper(), rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line.strip())]


def final_stage() -> list[tuple[str, str]]:
    instructions = dockerfile()
    last_from = max(index for index, (word, _) in enumerate(instructions) if word == "FROM")
    return instructions[last_from:]


def arguments_of(word: str, instructions: list[tuple[str, str]]) -> list[str]:
    return [arguments for found, arguments in instructions if found == word]


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(_read("docker-compose.yml"))
    return loaded


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = compose()["services"][name]
    return found


def _read(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


def _copied() -> list[str]:
    """What the Dockerfile copies from the checkout."""
    copies = [shlex.split(arguments) for arguments in arguments_of("COPY", dockerfile())]
    return [source for words in copies if not words[0].startswith("--from") for source in words[:-1]]


def test_every_instruction_of_the_dockerfile_is_one_that_docker_knows() -> None:
    known = {"FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "HEALTHCHECK", "STOPSIGNAL", "CMD"}

    assert {word for word, _ in dockerfile()} <= known


def test_everything_that_the_image_copies_exists() -> None:
    assert [source for source in _copied() if not (CHECKOUT / source).exists()] == []


def test_everything_that_the_image_copies_is_sent_to_the_builder() -> None:
    sent = {line.removeprefix("!") for line in _read(".dockerignore").splitlines() if line.startswith("!")}

    assert set(_copied()) == sent


def test_the_image_runs_a_python_that_the_project_supports() -> None:
    project = tomllib.loads(_read("pyproject.toml"))["project"]
    versions = re.findall(r"python:3\.(\d+)-slim", _read("Dockerfile"))

    assert project["requires-python"] == ">=3.11,<3.14"
    assert versions
    assert all(11 <= int(minor) < 14 for minor in versions)


def test_the_service_does_not_run_as_root() -> None:
    assert arguments_of("USER", final_stage()) == ["finder"]


def test_nothing_is_installed_without_a_hash() -> None:
    installs = [line for line in arguments_of("RUN", dockerfile()) if "pip install" in line]

    assert installs
    assert all("--require-hashes" in line or ("--no-deps" in line and "--no-index" in line) for line in installs)


def test_the_image_s_commands_exist() -> None:
    scripts = tomllib.loads(_read("pyproject.toml"))["project"]["scripts"]
    [command] = [json.loads(arguments) for arguments in arguments_of("CMD", final_stage())]
    commands = [command, *(service(name)["command"] for name in ("migrate", "finder"))]

    assert {words[0] for words in commands} <= set(scripts)
    assert [words[1:] for words in commands] == [["serve"], ["migrate"], ["serve"]]


def test_the_health_check_is_python_that_asks_healthz() -> None:
    [check] = arguments_of("HEALTHCHECK", final_stage())
    program, option, code = json.loads(check[check.index("[") :])

    compile(code, "HEALTHCHECK", "exec")
    assert (program, option) == ("python", "-c")
    assert "/healthz" in code


def test_compose_names_only_services_and_volumes_that_it_has() -> None:
    document = compose()
    needed = {name for each in document["services"].values() for name in each.get("depends_on", {})}
    mounted = {mount.split(":")[0] for each in document["services"].values() for mount in each.get("volumes", [])}

    assert set(document["services"]) == {"postgres", "migrate", "finder"}
    assert needed <= set(document["services"])
    assert mounted <= set(document["volumes"])


def test_compose_migrates_a_healthy_database_before_it_serves() -> None:
    assert service("postgres")["healthcheck"]["test"][0] == "CMD"
    assert service("migrate")["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert service("finder")["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_compose_gives_the_service_the_password_and_database_that_postgresql_has() -> None:
    database = service("postgres")["environment"]
    user, password, name = (database[f"POSTGRES_{part}"] for part in ("USER", "PASSWORD", "DB"))

    assert password.startswith("${FINDER_DB_PASSWORD:-")
    for client in ("migrate", "finder"):
        url = service(client)["environment"]["FINDER_DATABASE_URL"]
        assert url == f"postgresql://{user}:{password}@postgres:5432/{name}"


def test_compose_publishes_nothing_beyond_this_machine() -> None:
    published = [port for each in compose()["services"].values() for port in each.get("ports", [])]

    assert published == ["127.0.0.1:8080:8080"]


@pytest.mark.parametrize("name", _SOURCES)
def test_lines_end_as_docker_reads_them(name: str) -> None:
    assert "\r" not in _read(name)
