"""Coverage by codes of wards that are not live: not known yet, or no longer."""

from pathlib import Path

from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.commands import run_finder


def test_a_code_that_nobody_knows_is_a_warning_and_one_no_longer_live_is_kept_and_ignored(
    shipped_database: str, tmp_path: Path
) -> None:
    coverage, wards = tmp_path / "coverage.csv", tmp_path / "wards.geojson"
    shipped = (SHIPPED_FOLDER / "directory" / "coverage.csv").read_text(encoding="utf-8")
    coverage.write_text(f"{shipped}E05055555,ladywood\n", encoding="utf-8")
    boundaries = (SHIPPED_FOLDER / "wards.geojson").read_text(encoding="utf-8")
    wards.write_text(boundaries.replace("E05011151", "E05055555"), encoding="utf-8")

    early = run_finder(shipped_database, "load", "coverage", coverage, "--check")
    run_finder(shipped_database, "load", "wards", wards)
    coverage.write_text(f"{shipped}E05055555,ladywood\n\n", encoding="utf-8")
    late = run_finder(shipped_database, "load", "coverage", coverage)
    published = run_finder(shipped_database, "publish", "--yes", "--accept-warnings")
    found = run_finder(shipped_database, "lookup", "B2 4QA")

    assert early.returncode == 0
    assert "no wards that were loaded have this code" in early.stderr
    assert "have this code" not in late.stderr
    assert "1,912 rows" in late.stdout  # that of the ward no longer live among them
    assert published.returncode == 0, published.stderr
    assert "B2 4QA  Ladywood" in found.stdout
