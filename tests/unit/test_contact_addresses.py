"""Addresses that become links: which texts are taken, in files and for moved surgeries."""

from pathlib import Path

import pytest

from finder.directory_files.read_directory_file import read_part
from finder.domain.contact_addresses import fault_of_email, fault_of_web_address
from finder.domain.release import Part
from finder.domain.team import TeamRecord
from geodata.check_report import Report, Severity


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org", "http://www.example.org/teams/abbey?id=1&x=%20#top", "https://example.org:8443/a_(b)/~c",
        "HTTPS://EXAMPLE.ORG/", "https://example.org/caf\u00e9", "https://example.org/@WMPolice",
        "https://xn--caf-dma.example.org",
    ],
)  # fmt: skip
def test_a_whole_address_of_a_page_is_taken(text: str) -> None:
    assert fault_of_web_address(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)", "example.org", "//example.org", "https://", "ftp://example.org", "https://localhost/",
        "https://police.uk@evil.example.org", "https://user:word@example.org/", "https://example.org/a b",
        "https://example.org/\n", "https://example.org\\@evil.example.org", "https://example.org/\x07",
        "https://example.org/\u202e", "https://exa mple.org", "https://.example.org", "https://example..org",
        "https://-example.org", "https://192.0.2.1/", "https://[::1]/", "https://[::1", "https://example.org:99999",
        "https://example.org:x/", "https://example.org/<script>", 'https://example.org/"', "https://caf\u00e9.example",
        "https://example.org/" + "a" * 2_000,
    ],
)  # fmt: skip
def test_what_is_no_plain_address_of_a_page_is_refused(text: str) -> None:
    assert fault_of_web_address(text)


@pytest.mark.parametrize(
    "text",
    ["abbey@example.org", "o'neill.jo-ann+abbey_team@west-midlands.police.uk", "ABBEY@EXAMPLE.ORG", "1@example.org"],
)
def test_one_plain_e_mail_address_is_taken(text: str) -> None:
    assert fault_of_email(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "abbey@example.org?bcc=evil@example.org", "abbey?bcc=evil@example.org", "abbey&cc=x@example.org",
        "abbey%0Abcc=x@example.org", "Abbey Team <abbey@example.org>", "abbey @example.org", "abbey@example.org x",
        "abbey@example.org; ladywood@example.org", "abbey@example.org,ladywood@example.org", "abbey", "@example.org",
        "abbey@", "abbey@localhost", "abbey@example", "abbey@.example.org", "abbey@example..org", "ab..bey@example.org",
        ".abbey@example.org", "abbey.@example.org", "abbey@example.org.", "abbey@[192.0.2.1]", "abbey@192.0.2.1",
        "abbey@example.org\x07", "abbey\r\nbcc@example.org", '"abbey"@example.org', "abb\u00e9@example.org",
        "a" * 65 + "@example.org", "a" * 60 + "@" + "b." * 100 + "example.org",
    ],
)  # fmt: skip
def test_what_is_not_one_plain_e_mail_address_is_refused(text: str) -> None:
    assert fault_of_email(text)


def read_team(folder: Path, column: str, text: str) -> tuple[TeamRecord | None, Report]:
    path = folder / "teams.csv"
    path.write_text(f'id,name,force_id,area,{column}\nabbey,Abbey,west-midlands,Sandwell,"{text}"\n', encoding="utf-8")
    report = Report(path.name)
    records = [each.record for each in read_part(Part.TEAMS, path, report)]
    assert len(records) <= 1
    record = records[0] if records else None
    assert record is None or isinstance(record, TeamRecord)
    return record, report


@pytest.mark.parametrize(
    ("column", "text", "remedy"),
    [
        ("email", "a@example.org?bcc=b@example.org", "Write one address alone, like team@example.org."),
        ("telephone", "4.41212E+11", "Look it up. Type it with spaces, like 0121 496 0000."),
        ("mobile", "07700 900", "Type it with spaces, like 0121 496 0000."),
        ("web", "https://a@example.org", "Write it whole, like https://example.org/meet."),
        ("twitter", "javascript://alert(1)", "Write it whole, like https://example.org/meet."),
    ],
)
def test_a_contact_that_cannot_be_right_is_refused_with_row_value_and_remedy(
    tmp_path: Path, column: str, text: str, remedy: str
) -> None:
    record, report = read_team(tmp_path, column, text)

    assert record is None
    assert [(each.row, each.column, each.value, each.remedy) for each in report.findings] == [(2, column, text, remedy)]


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [("telephone", "Call 101", "101"), ("email", "mailto:abbey@example.org", "abbey@example.org")],
)
def test_a_mended_contact_is_noted(tmp_path: Path, column: str, text: str, value: str) -> None:
    record, report = read_team(tmp_path, column, text)

    assert record is not None
    assert record.contact == {column: value}
    assert [(each.severity, each.row, each.column, each.value, each.problem) for each in report.findings] == [
        (Severity.NOTE, 2, column, text, f"read as {value}.")
    ]


@pytest.mark.parametrize("text", ["TBC", "-", "n/a", "To be confirmed", "None", "?"])
@pytest.mark.parametrize("column", ["email", "telephone", "web", "twitter"])
def test_a_contact_that_is_not_known_yet_is_left_out_with_a_note(tmp_path: Path, column: str, text: str) -> None:
    record, report = read_team(tmp_path, column, text)

    assert record is not None
    assert record.contact == {}
    assert [(each.severity, each.value) for each in report.findings] == [(Severity.NOTE, text)]
