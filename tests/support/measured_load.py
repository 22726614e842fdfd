"""Runs the load of a malicious file, and measures its time and memory."""

import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.commands import isolated_environment
from tests.support.preloaded_commands import run_measured

MAX_CPU_SECONDS: Final = 10.0  # of the processor: a busy machine makes no difference
MAX_KIB: Final = 600_000  # KiB of resident memory, of the command or of the process that it reads in


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that came to its end, and what it took: itself or its largest child."""

    code: int
    output: str
    cpu_seconds: float
    peak_kib: int


def run_load(dsn: str, part: str, file: Path, **settings: str) -> Ended:
    """Run `finder load` and measure it."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        environment = isolated_environment(dsn, **settings)
        code, used = run_measured(["load", part, str(file)], log, environment, file.parent)
        output = " ".join(log.read_text(encoding="utf-8").split())
    return Ended(code, output, used.ru_utime + used.ru_stime, used.ru_maxrss)


def write_zip(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path
