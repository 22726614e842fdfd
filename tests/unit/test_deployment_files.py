"""Dockerfile and docker-compose.yml say things that are so; no Docker engine runs here, so they are read, not run."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import yaml

from finder.storage.server_addresses import hosts_of

CHECKOUT: Final = Path(__file__).resolve().parents[2]
_HAPROXY: Final = "scripts/deploy/haproxy.Dockerfile"
_IMAGES: Final = ["Dockerfile", _HAPROXY]
_PINNED: Final = [*_IMAGES, "docker-compose.yml"]
_SCRIPTS: Final = ["scripts/deploy/standby.sh", "scripts/deploy/create-logins.sh"]
_SOURCES: Final = [*_IMAGES, *_SCRIPTS, "docker-compose.yml", ".dockerignore"]
_READERS: Final = ["reader1", "reader2", "reader3"]
_SCRATCH: Final = {"/tmp"}  # noqa: S108 - in the container
_WITHOUT_DATA: Final = ["migrate", "staff", "finder", *_READERS, "haproxy"]


def dockerfile(name: str = "Dockerfile") -> list[tuple[str, str]]:
    """Every instruction and its arguments, with continued lines joined and comments left out."""
    text = "\n".join(line for line in _read(name).splitlines() if not line.lstrip().startswith("#"))
    lines = text.replace("\\\n", " ").splitlines()
    return [(word.upper(), rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line.strip())]


def final_stage(name: str = "Dockerfile") -> list[tuple[str, str]]:
    instructions = dockerfile(name)
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


@pytest.mark.parametrize("name", _IMAGES)
def test_every_instruction_of_a_dockerfile_is_one_that_docker_knows(name: str) -> None:
    known = {"FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "HEALTHCHECK", "STOPSIGNAL", "CMD"}

    assert {word for word, _ in dockerfile(name)} <= known


def images_of(name: str) -> list[str]:
    return re.findall(r"^(?:FROM|  image:) (\S+:\S+)", _read(name), re.MULTILINE)


@pytest.mark.parametrize("name", _PINNED)
def test_every_image_is_pinned_by_digest(name: str) -> None:
    form = re.compile(r"[a-z]+:[a-z0-9.]+(-[a-z]+)+@sha256:[0-9a-f]{64}")

    assert images_of(name)
    assert [image for image in images_of(name) if not form.fullmatch(image)] == []


def pin_images(folder: Path, skopeo: str, **settings: str) -> int:
    """Runs scripts/pin-images on copies of the files with a skopeo of our own; returns its exit code."""
    program = folder / "bin" / "skopeo"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{skopeo}\n", encoding="utf-8")
    program.chmod(0o755)
    for name in _PINNED:
        if not (folder / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CHECKOUT / name, folder / name)
    path = f"{program.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [CHECKOUT / "scripts" / "pin-images", folder],
        env=os.environ | {"PATH": path} | settings,
        capture_output=True,
        check=False,
    )
    return done.returncode


def test_images_are_pinned_to_the_digests_that_the_registry_gives(tmp_path: Path) -> None:
    for answer in ("1", "2"):  # a second run takes the newer digest
        assert pin_images(tmp_path, "printf 'sha256:%064d\\n' \"$ANSWER\"", ANSWER=answer) == 0

    pinned = "".join((tmp_path / name).read_text(encoding="utf-8") for name in _PINNED)
    tags = [image.partition("@")[0] for name in _PINNED for image in images_of(name)]
    assert re.findall(r"^(?:FROM|  image:) (\S+)@sha256:0{63}2(?: AS build)?$", pinned, re.MULTILINE) == tags


def test_a_registry_that_does_not_answer_changes_no_file(tmp_path: Path) -> None:
    assert pin_images(tmp_path, "exit 1") != 0

    assert [name for name in _PINNED if (tmp_path / name).read_text(encoding="utf-8") != _read(name)] == []


@pytest.mark.parametrize("name", _IMAGES)
def test_no_image_runs_as_root_or_starts_its_command_by_a_shell(name: str) -> None:
    stage = final_stage(name)
    [command] = arguments_of("CMD", stage)
    last_written = max(index for index, (word, _) in enumerate(stage) if word in {"RUN", "COPY"})

    assert [user for user in arguments_of("USER", stage) if user in {"root", "0"}] == []
    assert max(index for index, (word, _) in enumerate(stage) if word == "USER") > last_written
    assert json.loads(command)[0] in {"finder", "haproxy"}
    assert arguments_of("HEALTHCHECK", stage)
    assert arguments_of("STOPSIGNAL", stage)


def test_debian_packages_are_pinned_and_installed_without_recommended_ones() -> None:
    [line] = [line for line in arguments_of("RUN", dockerfile(_HAPROXY)) if "apt-get install" in line]
    names = shlex.split(line.partition("apt-get install")[2].partition("&&")[0])

    assert [name for name in names if not name.startswith("-") and "=" not in name] == []
    assert {"--yes", "--no-install-recommends"} <= set(names)
    assert "rm -rf /var/lib/apt/lists/*" in line


def test_the_haproxy_image_copies_and_reads_the_configuration_that_is_tested() -> None:
    stage = final_stage(_HAPROXY)
    [[source, target]] = [shlex.split(arguments) for arguments in arguments_of("COPY", stage)]
    [command] = [json.loads(arguments) for arguments in arguments_of("CMD", stage)]
    context = CHECKOUT / service("haproxy")["build"]["context"]

    assert (context / source).is_file()
    assert (context / service("haproxy")["build"]["dockerfile"]).is_file()
    assert command[command.index("-f") + 1] == target


@pytest.mark.parametrize("name", ["postgres", "standby", *_WITHOUT_DATA])
def test_every_container_is_read_only_and_without_privileges(name: str) -> None:
    each = service(name)

    assert each["read_only"] is True
    assert each["cap_drop"] == ["ALL"]
    assert "cap_add" not in each
    assert each["security_opt"] == ["no-new-privileges:true"]
    assert set(each["tmpfs"]) >= _SCRATCH
    assert each.get("privileged", False) is False
    assert each.get("user", "finder") in {"finder", "postgres"}


@pytest.mark.parametrize("name", _WITHOUT_DATA)
def test_containers_without_data_have_no_writable_volume(name: str) -> None:
    assert "volumes" not in service(name)
    assert set(service(name)["tmpfs"]) == _SCRATCH


def test_mounts_of_the_checkout_exist_and_are_read_only() -> None:
    mounts = [mount for each in compose()["services"].values() for mount in each.get("volumes", [])]
    mounted = [mount.split(":") for mount in mounts if mount.startswith("./")]

    assert sorted(source for source, *_ in mounted) == sorted(f"./{name}" for name in _SCRIPTS)
    assert {options for *_, options in mounted} == {"ro"}
    assert [name for name in _SCRIPTS if not os.access(CHECKOUT / name, os.X_OK)] == []


def test_the_larger_set_up_starts_only_by_its_profile() -> None:
    started = {name for name, each in compose()["services"].items() if "profiles" not in each}
    larger = {name for name, each in compose()["services"].items() if each.get("profiles") == ["scale"]}

    assert started == {"postgres", "migrate", "finder"}
    assert larger == {"standby", *_READERS, "haproxy"}


def test_haproxy_spreads_over_all_readers_and_they_know_both_databases() -> None:
    spread = [value for name, value in service("haproxy")["environment"].items() if name.startswith("SERVER")]

    assert spread == [f"{name}:8080" for name in _READERS]
    for name in _READERS:
        url = service(name)["environment"]["FINDER_DATABASE_URL"]
        assert [(host.name, host.port) for host in hosts_of(url)] == [("postgres", 5432), ("standby", 5432)]
        assert service(name)["command"] == ["finder", "serve"]


def test_the_standby_follows_as_a_user_that_the_primary_lets_replicate() -> None:
    primary, standby = service("postgres")["environment"], service("standby")["environment"]

    script = _read("scripts/deploy/create-logins.sh")
    assert (standby["PGHOST"], standby["PGUSER"]) == ("postgres", "finder_replication")
    assert standby["PGPASSWORD"] == primary["REPLICATION_PASSWORD"]
    assert 'echo "host replication finder_replication all scram-sha-256"' in script
    assert service("standby")["image"] == service("postgres")["image"]


def test_everything_that_the_image_copies_exists() -> None:
    assert [source for source in _copied() if not (CHECKOUT / source).exists()] == []


def test_everything_that_the_image_copies_is_sent_to_the_builder() -> None:
    sent = {line.removeprefix("!") for line in _read(".dockerignore").splitlines() if line.startswith("!")}

    assert set(_copied()) == sent


def test_the_image_runs_a_python_that_the_project_supports() -> None:
    project = tomllib.loads(_read("pyproject.toml"))["project"]
    versions = re.findall(r"python:3\.(\d+)(?:\.\d+)?-slim", _read("Dockerfile"))

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
    settings = dict(re.findall(r"(FINDER_\w+)=(\S+)", " ".join(arguments_of("ENV", final_stage()))))
    assert (program, option) == ("python", "-c")
    assert f"http://127.0.0.1:{settings['FINDER_MANAGEMENT_PORT']}/healthz" in code
    assert settings["FINDER_MANAGEMENT_PORT"] not in "".join(arguments_of("EXPOSE", final_stage()))


def test_compose_names_only_services_and_volumes_that_it_has() -> None:
    document = compose()
    needed = {name for each in document["services"].values() for name in each.get("depends_on", {})}
    mounts = [mount.split(":")[0] for each in document["services"].values() for mount in each.get("volumes", [])]
    mounted = {name for name in mounts if not name.startswith("./")}

    assert set(document["services"]) == {"postgres", "standby", *_WITHOUT_DATA}
    assert needed <= set(document["services"])
    assert mounted <= set(document["volumes"])


def test_compose_migrates_a_healthy_database_before_it_serves() -> None:
    assert service("postgres")["healthcheck"]["test"][0] == "CMD"
    assert service("migrate")["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert service("finder")["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_compose_gives_each_container_the_role_that_it_needs() -> None:
    database = service("postgres")["environment"]
    roles = {"migrate": "owner", "staff": "loader", "finder": "reader"} | dict.fromkeys(_READERS, "reader")

    for client, role in roles.items():
        url = urlsplit(service(client)["environment"]["FINDER_DATABASE_URL"])
        password = database[f"{role.upper()}_PASSWORD"]
        assert url.netloc.startswith(f"finder_{role}:{password}@postgres:5432")
        assert url.path == f"/{database['POSTGRES_DB']}"
        assert password.startswith(f"${{FINDER_DB_{role.upper()}_PASSWORD:-")


def test_no_container_but_the_database_knows_the_superuser() -> None:
    superuser = service("postgres")["environment"]["POSTGRES_USER"]

    for name, each in compose()["services"].items():
        known = json.dumps(each.get("environment", {}))
        assert name == "postgres" or (f"{superuser}:" not in known.replace("@postgres:", "@"))
        assert name == "postgres" or "ADMIN_PASSWORD" not in known


def test_compose_publishes_nothing_beyond_this_machine() -> None:
    published = [port for each in compose()["services"].values() for port in each.get("ports", [])]

    assert published == ["127.0.0.1:8080:8080", "127.0.0.1:8000:8000"]


@pytest.mark.parametrize("name", _SOURCES)
def test_lines_end_as_docker_reads_them(name: str) -> None:
    assert "\r" not in _read(name)


@pytest.mark.parametrize(
    "check", [["verify"], ["security", "--offline=yes", "--threshold=20"]], ids=["it is right", "it is hardened"]
)
def test_systemd_accepts_the_unit(check: list[str], tmp_path: Path) -> None:
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("systemd is not installed")
    unit = tmp_path / "finder.service"
    written = _read("scripts/deploy/finder.service")
    program = tmp_path / "finder"  # the checkout may have a space in its path
    program.symlink_to(sys.executable)
    unit.write_text(written.replace("/opt/finder/.venv/bin/finder", str(program)), encoding="utf-8")

    done = subprocess.run([analyse, *check, unit], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
