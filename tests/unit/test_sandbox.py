"""The sandbox's child: what it cannot do, even for a file that passed the checks before it."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec
import psutil
import pytest

from geodata.errors import SourceError
from geodata.progress import OnProgress, ignore_progress
from geodata.readers.boundaries.gdal_drivers import DRIVER
from geodata.readers.boundaries.layers import read_layers
from geodata.readers.sandbox import start_child
from geodata.readers.sandbox.protocol import SandboxLimits, SandboxReader
from geodata.readers.sandbox.start_child import read_in_sandbox
from geodata.readers.source_limits import DEFAULT_LIMITS
from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.boundary_files import write_boundaries
from tests.support.builders import make_ward
from tests.support.commands import ROOT, wait_until

BOUNDS: Final = SandboxLimits(memory_mb=300, seconds=20, written_mb=10, sent_mb=10)
WARDS: Final = SHIPPED_FOLDER / "wards.geojson"


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


@pytest.mark.parametrize("format_", list(DRIVER))
def test_gdal_has_one_driver_for_each_format(format_: str) -> None:
    code = (
        "import os, sys; from geodata.readers.boundaries.gdal_drivers import environment_for; "
        "os.environ.update(environment_for(sys.argv[1])); import pyogrio; print(*pyogrio.list_drivers(), sep=';')"
    )

    done = run(code, format_)

    assert done.stdout.strip() == DRIVER[format_], done.stderr


@pytest.mark.parametrize("format_", list(DRIVER))
@pytest.mark.parametrize(
    "source", ["{wards}", "/vsicurl/http://127.0.0.1:{port}/wards.geojson", "http://127.0.0.1:{port}/"]
)
def test_gdal_reads_no_vrt_and_opens_no_connection(tmp_path: Path, format_: str, source: str) -> None:
    code = (
        "import sys; from pathlib import Path; from geodata.readers.boundaries import gdal_layers; "
        "gdal_layers.open_gdal('wards', sys.argv[2]); "
        "print(gdal_layers.find_layers('wards', Path(sys.argv[1]), sys.argv[2]))"
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


# SourceLimits


@pytest.fixture
def limited() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs some Python after the reading process's own limits were put on it."""

    def _run(code: str, **limits: int) -> subprocess.CompletedProcess[str]:
        given = {"memory_mb": 300, "seconds": 10, "written_mb": 10, "sent_mb": 10} | limits
        start = (
            "from geodata.readers.sandbox.child import apply_limits; "
            "from geodata.readers.sandbox.protocol import SandboxLimits; "
            f"apply_limits(SandboxLimits(**{given})); "
        )
        return run(start + code)

    return _run


def test_the_sandbox_limits_memory(limited: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = limited("bytes(300_000_000)")

    assert done.stderr.strip().endswith("MemoryError")


def test_the_sandbox_limits_processor_time(
    limited: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = limited("\nwhile True: pass", seconds=1)

    assert done.returncode < 0


def test_the_sandbox_limits_what_is_written(
    limited: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    path = tmp_path / "written"

    done = limited(f"open({str(path)!r}, 'wb').write(bytes(2_000_000))", written_mb=1)

    assert "File too large" in done.stderr
    assert path.stat().st_size <= 1_000_000


def test_a_file_that_takes_more_memory_than_allowed_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "wards.geojson"
    feature = {"type": "Feature", "properties": {f"column{i}": "text" for i in range(100)}, "geometry": None}
    path.write_text(json.dumps({"features": [feature] * 20_000}))

    with pytest.raises(SourceError, match=r"wards\.geojson broke off its reading, or needs more than 300 MB of memory"):
        read_layers(path, replace(DEFAULT_LIMITS, memory_mb=300))


def test_a_file_that_takes_more_time_than_allowed_is_refused_in_words() -> None:
    with pytest.raises(SourceError, match=r"wards\.geojson was still being read after 0 s\."):
        read_layers(WARDS, replace(DEFAULT_LIMITS, seconds=0))


# What passes between the two processes


class Said(msgspec.Struct, tag=True):
    """A message of a reader that these tests make."""

    text: str


@pytest.fixture
def reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Said]]:
    """What a reader of some Python sends; `say(text)` and `send(bytes)` are there, and `scratch`."""

    def _reading(code: str, bounds: SandboxLimits = BOUNDS, on_progress: OnProgress = ignore_progress) -> list[Said]:
        indented = code.replace("\n", "\n    ")
        (tmp_path / "made_reader.py").write_text(
            "import os, sys, time, signal, msgspec\n"
            "class Said(msgspec.Struct, tag=True):\n    text: str\n"
            "def send(content): os.write(sys.stdout.fileno(), len(content).to_bytes(4, 'little') + content)\n"
            f"def read(task, scratch):\n    yield Said('begun')\n    {indented}\n"
        )
        monkeypatch.setattr(start_child, "_ROOT", f"{ROOT}{os.pathsep}{tmp_path}")
        made = SandboxReader("made_reader:read", Said, "Do not trust this file.")
        return list(read_in_sandbox("wards.kml", made, Said("task"), bounds, on_progress))

    return _reading


def test_messages_of_a_reader_arrive_unchanged(reading: Callable[..., list[Said]]) -> None:
    sent = reading("yield Said(task.decode()); yield Said('long ' * 1_000_000)")

    assert [each.text for each in sent] == ["begun", '{"type":"Said","text":"task"}', "long " * 1_000_000]


def test_the_sandbox_gets_nothing_of_our_environment(
    monkeypatch: pytest.MonkeyPatch, reading: Callable[..., list[Said]]
) -> None:
    monkeypatch.setenv("FINDER_DATABASE_URL", "postgresql://finder:secret@db/finder")

    _, known = reading("yield Said(repr(dict(os.environ)))")

    assert "OPENBLAS_NUM_THREADS" in known.text
    assert "secret" not in known.text


@pytest.mark.parametrize(
    "answer",
    [b"", b"\x80\x04\x95cos\nsystem\n", msgspec.msgpack.encode(["Said"]), msgspec.msgpack.encode({"type": "Said"})],
)
def test_an_answer_of_another_shape_is_a_refusal(reading: Callable[..., list[Said]], answer: bytes) -> None:
    with pytest.raises(SourceError, match="Do not trust this file"):
        reading(f"send({answer!r}); yield Said('more')")


def test_an_answer_that_breaks_off_is_a_refusal(reading: Callable[..., list[Said]]) -> None:
    with pytest.raises(SourceError, match="broke off its reading"):
        reading("os._exit(0)")


@pytest.mark.parametrize("endless", ["while True: yield Said('x' * 100_000)", "send(b'x' * 2**30)"])
def test_an_answer_without_end_is_a_refusal(reading: Callable[..., list[Said]], endless: str) -> None:
    began = time.monotonic()

    with pytest.raises(SourceError, match="broke off its reading"):
        reading(endless)

    assert time.monotonic() - began < BOUNDS.seconds


def test_a_silent_reader_is_ended(reading: Callable[..., list[Said]]) -> None:
    began = time.monotonic()

    with pytest.raises(SourceError, match=r"was still being read after 1 s\. Do not trust this file\."):
        reading("time.sleep(60)", SandboxLimits(memory_mb=300, seconds=1, written_mb=10, sent_mb=10))

    assert time.monotonic() - began < 5


def test_progress_is_reported_during_silence_so_that_we_can_stop(reading: Callable[..., list[Said]]) -> None:
    reported: list[float] = []

    def report(share: float) -> None:
        reported.append(share)
        if reported.count(0.25) > 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        reading(
            "from geodata.readers.sandbox.protocol import ShareRead; yield ShareRead(0.25); time.sleep(60)",
            on_progress=report,
        )


def test_reading_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    file = write_boundaries(tmp_path / "wards.gpkg", [make_ward()])

    contents = read_layers(file, DEFAULT_LIMITS)

    assert len(contents.layers[0].features) == 1
    assert list(tmp_path.iterdir()) == [file]


def test_the_sandbox_and_its_folder_end_with_the_process_that_started_it(tmp_path: Path) -> None:
    (tmp_path / "made_reader.py").write_text(
        "import os, signal, sys, time\nfrom geodata.readers.sandbox.protocol import ShareRead\n"
        "def read(task, scratch):\n"
        "    (scratch / 'reader').write_text(str(os.getpid()))\n"
        "    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
        "    while True: pass\n"
        "    yield ShareRead(1.0)\n"
    )
    code = (
        "import sys, tempfile, geodata.readers.sandbox.start_child as q; "
        "from geodata.readers.sandbox.protocol import *; "
        f"q._ROOT = {f'{ROOT}{os.pathsep}{tmp_path}'!r}; tempfile.tempdir = {str(tmp_path)!r}; "
        "reader = SandboxReader('made_reader:read', ShareRead, ''); "
        "list(q.read_in_sandbox('wards', reader, ShareRead(0.0), SandboxLimits(300, 60, 10, 10)))"
    )
    with subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)}) as loader:
        wait_until(lambda: any(each.read_text() for each in tmp_path.glob("finder-*/reader")), "the reader")
        reader = int(next(tmp_path.glob("finder-*/reader")).read_text())
        loader.kill()

    wait_until(lambda: not list(tmp_path.glob("finder-*")) and not psutil.pid_exists(reader), "its end", patience=2)
