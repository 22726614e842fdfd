"""What becomes a link on a page can never run a script."""

from pathlib import Path

import pytest

from finder.directory_files.read_directory_file import read_part
from finder.domain.directory import Directory
from finder.domain.release import Part
from finder.errors import PublishRefusedError
from finder.services.publishing.occurrence_actions import Move, apply
from geodata.check_report import Report
from tests.support.builders import make_directory, make_surgery

_SCRIPTS = ["javascript:alert(1)", "data:text/html,x", "//example.org", "example.org", "https://", "ftp://example.org"]


@pytest.mark.parametrize("link", _SCRIPTS)
def test_a_surgery_held_online_needs_an_address_on_the_web(tmp_path: Path, link: str) -> None:
    file = tmp_path / "surgeries.csv"
    file.write_text(
        "id,team_id,title,starts_at,ends_at,recurrence,online_url\n"
        f'talk,ladywood,Talk,2026-12-03 18:00,2026-12-03 19:00,,"{link}"\n'
    )
    report = Report(file.name)

    read_part(Part.SURGERIES, file, report)

    assert [(finding.row, finding.column) for finding in report.findings] == [(2, "online_url")]


@pytest.mark.parametrize("link", _SCRIPTS)
def test_a_team_s_page_needs_an_address_on_the_web(tmp_path: Path, link: str) -> None:
    file = tmp_path / "teams.csv"
    file.write_text(f'id,name,force_id,area,web\nladywood,Ladywood,west-midlands,Birmingham,"{link}"\n')
    report = Report(file.name)

    read_part(Part.TEAMS, file, report)

    assert [(finding.row, finding.column) for finding in report.findings] == [(2, "web")]


@pytest.mark.parametrize("link", _SCRIPTS)
def test_a_surgery_cannot_be_moved_to_a_script(link: str) -> None:
    directory: Directory = make_directory(surgeries=(make_surgery("2026-11-05 18:00", id="talk"),))

    with pytest.raises(PublishRefusedError, match="must be whole"):
        apply(directory, "talk-20261105T1800", Move(online_url=link))
