"""A fault is told once, however many rows have it."""

from io import StringIO

from finder.reports import json_report
from finder.reports.grouped_findings import in_words, shortened
from finder.reports.terminal.data_console import DataConsole
from finder.reports.terminal.show_load import show_report
from finder.services.loading.load_job import CheckFailedError
from geodata.check_report import Report


def report_of(*values: str) -> Report:
    report = Report("officers.csv")
    for row, value in enumerate(values, start=2):
        report.error("the cell is empty.", "Fill it in.", row=row, column="team_id", value=value)
    return report


def test_a_fault_of_769_rows_is_told_once_with_their_numbers() -> None:
    report = report_of(*[""] * 769)
    console = DataConsole(file=StringIO(), width=200)

    show_report(console, report)

    assert isinstance(console.file, StringIO)
    shown = console.file.getvalue()
    assert shown.count("officers.csv") == 1
    assert "And 768 more rows: 3 to 770." in shown
    assert str(CheckFailedError(report)).startswith("officers.csv was refused with 1 error, in 769 places.")
    assert [(each["row"], each["rows"]) for each in json_report.load(report, None)["findings"]] == [
        (2, list(range(2, 771)))
    ]


def test_each_value_is_told_and_its_rows_listed() -> None:
    found = in_words(report_of("abey", "aston", "abey", "x", "abey").findings)

    assert [(each.row, each.value, each.problem) for each in found] == [
        (2, "abey", "the cell is empty. And 2 more rows: 4, 6."),
        (3, "aston", "the cell is empty."),
        (5, "x", "the cell is empty."),
    ]


def test_of_many_values_the_terminal_shows_some_and_counts_the_others() -> None:
    found = shortened(report_of(*(f"team {n}" for n in range(89))).findings)

    assert [each.value for each in found] == [*(f"team {n}" for n in range(10)), ""]
    assert found[-1].problem == "the cell is empty. The same with 79 more values, in 79 rows: 12 to 90."


def test_findings_that_are_not_about_rows_stay_as_they_are() -> None:
    report = Report("wards.geojson")
    for value in ("E05000001", "E05000002", "E05000002"):
        report.warning("two wards overlap.", "Ask the supplier.", value=value)

    assert in_words(report.findings) == shortened(report.findings) == report.findings


def test_faults_of_different_kinds_are_counted_as_such() -> None:
    report = report_of("", "")
    report.error("a column is missing.", "Add it.")

    assert str(CheckFailedError(report)).startswith("officers.csv was refused with 2 errors, in 3 places.")
