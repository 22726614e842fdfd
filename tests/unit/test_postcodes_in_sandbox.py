"""Postcode files read by a process of its own: the same rows and findings as in this one, within limits."""

import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from geodata.check_report import Report
from geodata.errors import SourceError
from geodata.postcode_location import PostcodeLocation
from geodata.progress import NO_PROGRESS, NO_STEP, Progress
from geodata.readers.postcodes import read_postcodes as read_postcodes_module
from geodata.readers.postcodes.postcode_files import read_batches
from geodata.readers.postcodes.read_postcodes import read_postcodes
from geodata.readers.source_limits import DEFAULT_LIMITS, SourceLimits
from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.progress import RecordedProgress

_SHIPPED_POSTCODES = SHIPPED_FOLDER / "postcodes.csv"
HEADING = "postcode,positional_quality,easting,northing,district,ward\n"
GOOD = "B2 4QA,10,407024,286642,E08000025,E05011151\n"
BAD = "B2 4QA,10,407024,286642,E08000025,E05011151\nnonsense,10,1,1,,\nB2 4QB,11,407024,286642,,\n"


def read_in_sandbox(path: Path, report: Report, progress: Progress = NO_PROGRESS) -> list[PostcodeLocation]:
    return [row for batch in read_postcodes(path, report, DEFAULT_LIMITS, progress) for row in batch]


@pytest.fixture(params=["good", "bad", "empty", "zip of two"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Files with and without faults."""
    texts = {"good": HEADING + GOOD, "bad": HEADING + GOOD + BAD, "empty": HEADING}
    path = tmp_path / "postcodes.csv"
    if request.param in texts:
        path.write_text(texts[request.param])
        return path
    path = tmp_path / "codepo_gb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for area, quality in (("b", 10), ("cv", 99)):
            archive.writestr(
                f"Data/CSV/{area}.csv",
                f'"{area.upper()}2 4QA",{quality},407024,286642,"E92000001","","","","E08000025","E05011151"\n',
            )
    return path


def test_the_sandbox_reads_the_same_rows_and_findings_as_this_process(source: Path) -> None:
    here, sandboxed = Report(source.name), Report(source.name)

    rows = [row for batch in read_batches(source, here, NO_STEP) for row in batch]

    assert read_in_sandbox(source, sandboxed) == rows
    assert (sandboxed.findings, sandboxed.counts) == (here.findings, here.counts)


def test_the_shipped_postcodes_are_read_whole_with_progress() -> None:
    progress = RecordedProgress()

    rows = read_in_sandbox(_SHIPPED_POSTCODES, Report("postcodes.csv"), progress)

    (step,) = progress.steps
    assert len(rows) == 94_878
    assert step.total == _SHIPPED_POSTCODES.stat().st_size
    assert min(step.updates) >= 0
    assert sum(step.updates) > 0.5 * step.total


def test_findings_before_and_after_a_damaged_line_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "postcodes.csv"
    inward = (f"{digit}{a}{b}" for digit in range(10) for a in "ABDEFGHJLN" for b in "ABDEFGHJLN")
    many = "".join(f"B3 {each},10,407024,286642,E08000025,E05011151\n" for each in inward)
    path.write_bytes((HEADING + GOOD + BAD + many).encode() + b"\xff\xfe\n" + BAD.encode())
    report = Report(path.name)

    rows = read_in_sandbox(path, report)

    assert len(rows) == 1001
    assert [each.row for each in report.findings if "UTF-8" in each.problem] == [1006]
    assert report.errors == 7


def test_findings_before_an_invalid_file_of_the_zip_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "codepo_gb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Data/CSV/b.csv", HEADING + GOOD + BAD)
        archive.writestr("Data/CSV/cv.csv", b"\x89PNG\r\n")
    report = Report(path.name)

    with pytest.raises(SourceError, match="UTF-8"):
        read_in_sandbox(path, report)

    assert report.errors == 3


def test_an_absent_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="absent"):
        read_in_sandbox(tmp_path / "absent", Report("absent"))


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (replace(DEFAULT_LIMITS, memory_mb=40), "needs more than 40 MB of memory"),
        (replace(DEFAULT_LIMITS, postcodes_mb=1), "postcodes.csv"),
    ],
)
def test_postcodes_are_read_within_the_limits(limits: SourceLimits, why: str) -> None:
    with (
        pytest.raises(SourceError, match=why),
        closing(read_postcodes(_SHIPPED_POSTCODES, Report(""), limits)) as batches,
    ):
        list(batches)


def test_invalid_rows_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    module = tmp_path / "liar.py"
    module.write_text(
        "from geodata.readers.postcodes.messages import LocatedRows\n"
        "def read(task, scratch):\n"
        "    yield LocatedRows(b'cut')\n"
    )
    reader = read_postcodes_module._READER._replace(function="liar:read")
    monkeypatch.setattr(read_postcodes_module, "_READER", reader)
    monkeypatch.setattr("geodata.readers.sandbox.start_child._ROOT", f"{tmp_path}:{SHIPPED_FOLDER.parent.parent}")

    with pytest.raises(SourceError, match="something else than postcodes"):
        read_in_sandbox(_SHIPPED_POSTCODES, Report(""))
