"""The process that reads boundary files: what it cannot do, even for a file that got past what looks at it first."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from geodata.errors import SourceError
from geodata.places import SHIPPED
from geodata.sources import quarantine
from geodata.sources.drivers import DRIVER
from geodata.sources.features import GEOPACKAGE, KML, SHAPEFILE, Contents, Task
from geodata.sources.quarantine import read_contents
from geodata.sources.supplied import STANDARD_LIMITS
from tests.support.commands import ROOT

WARDS: Final = SHIPPED / "wards.geojson"


def run(code: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run some Python in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
    )


# Drivers


@pytest.mark.parametrize("format_", [GEOPACKAGE, SHAPEFILE, KML])
def test_gdal_has_one_driver_for_each_format(format_: str) -> None:
    code = (
        "import os, sys; from geodata.sources.drivers import environment_for; "
        "os.environ.update(environment_for(sys.argv[1])); import pyogrio; print(*pyogrio.list_drivers(), sep=';')"
    )

    done = run(code, format_)

    assert done.stdout.strip() == DRIVER[format_], done.stderr


@pytest.mark.parametrize("format_", [GEOPACKAGE, SHAPEFILE, KML])
@pytest.mark.parametrize(
    "source", ["{wards}", "/vsicurl/http://127.0.0.1:{port}/wards.geojson", "http://127.0.0.1:{port}/"]
)
def test_gdal_itself_takes_no_vrt_and_connects_to_nothing(tmp_path: Path, format_: str, source: str) -> None:
    code = (
        "import sys; from pathlib import Path; from geodata.sources import reader_gdal; "
        "reader_gdal._refuse_schema = lambda *_: None; "
        "print(reader_gdal.read_with_gdal('wards', Path(sys.argv[1]), sys.argv[2], 1000))"
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        wanted = source.format(wards=WARDS, port=listening.getsockname()[1])
        path = tmp_path / "source.vrt"
        path.write_text(
            f'<OGRVRTDataSource><OGRVRTLayer name="wards"><SrcDataSource>{wanted}</SrcDataSource></OGRVRTLayer>'
            "</OGRVRTDataSource>"
        )

        done = run(code, path, format_)

        assert f"SourceError: wards is not a whole {format_}" in done.stderr
        assert done.stdout == ""
        with pytest.raises(BlockingIOError):
            listening.accept()


# Limits


@pytest.fixture
def limited(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs some Python after the reading process's own limits were put on it."""

    def _run(code: str, **limits: int) -> subprocess.CompletedProcess[str]:
        given: dict[str, Any] = {"source_mb": 10, "features": 10, "memory_mb": 300, "seconds": 10} | limits
        task = Task(str(tmp_path / "none"), str(tmp_path), **given)
        start = (
            "import sys, msgspec; from geodata.sources.reader import limit; from geodata.sources.features import Task; "
            "limit(msgspec.json.decode(sys.argv[1], type=Task)); "
        )
        return run(start + code, msgspec.json.encode(task).decode())

    return _run


def test_it_gets_no_more_memory_than_the_limit(limited: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = limited("bytes(300_000_000)")

    assert done.stderr.strip().endswith("MemoryError")


def test_it_gets_no_more_processor_time_than_the_limit(
    limited: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = limited("\nwhile True: pass", seconds=1)

    assert done.returncode < 0


def test_it_writes_no_more_than_the_limit(
    limited: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    path = tmp_path / "written"

    done = limited(f"open({str(path)!r}, 'wb').write(bytes(2_000_000))", source_mb=1)

    assert "File too large" in done.stderr
    assert path.stat().st_size <= 1_000_000


def test_a_file_that_takes_more_memory_than_allowed_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "wards.geojson"
    feature = {"type": "Feature", "properties": {f"column{i}": "text" for i in range(100)}, "geometry": None}
    path.write_text(json.dumps({"features": [feature] * 20_000}))

    with pytest.raises(SourceError, match=r"wards\.geojson broke off its reading, or needs more than 300 MB of memory"):
        read_contents(path, replace(STANDARD_LIMITS, memory_mb=300))


def test_a_file_that_takes_more_time_than_allowed_is_refused_in_words() -> None:
    with pytest.raises(SourceError, match=r"wards\.geojson was still being read after 0 s\."):
        read_contents(WARDS, replace(STANDARD_LIMITS, seconds=0))


# What passes between the two processes


def test_it_is_told_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FINDER_DATABASE_URL", "postgresql://finder:secret@db/finder")

    known = quarantine._environment(tmp_path)

    assert not any("secret" in value for value in known.values())


@pytest.mark.parametrize(
    "answer",
    [b"", b"\x80\x04\x95cos\nsystem\n", msgspec.msgpack.encode(["Contents"]), msgspec.msgpack.encode({"type": 5})],
)
def test_an_answer_of_another_shape_is_a_refusal(answer: bytes) -> None:
    with pytest.raises(SourceError, match="Do not trust this file"):
        quarantine._taken("wards.kml", answer, 0, STANDARD_LIMITS)


def test_nothing_of_the_reading_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    contents = read_contents(WARDS, STANDARD_LIMITS)

    assert isinstance(contents, Contents)
    assert list(tmp_path.iterdir()) == []
