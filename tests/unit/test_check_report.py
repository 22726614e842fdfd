"""What a check found, collected and bounded."""

import pytest

from geodata.check_report import Finding, Report, Severity


def test_a_finding_says_file_row_column_value_problem_and_remedy() -> None:
    report = Report("wards.csv")

    report.error("not a GSS code.", "Mend it.", row=7, column="gss_code", value="E05")

    assert str(report.findings[0]) == "wards.csv, row 7, column gss_code, value 'E05': not a GSS code. Mend it."


def test_a_finding_about_no_place_is_its_sentences_alone() -> None:
    finding = Finding(Severity.WARNING, "Ladywood has no team.", "Load a coverage file.")

    assert str(finding) == "Ladywood has no team. Load a coverage file."


def test_a_finding_in_a_member_of_an_archive_names_the_member() -> None:
    report = Report("codepo_gb.zip")

    report.error("not a postcode.", "Mend it.", file="b.csv", row=1)

    assert report.findings[0].file == "b.csv"


def test_errors_warnings_and_notes_are_counted_separately() -> None:
    report = Report("wards.csv")

    report.error("bad.", "")
    report.warning("odd.", "")
    report.warning("odd.", "")
    report.note("by the way.")

    assert (report.errors, report.warnings, len(report.findings)) == (1, 2, 4)


def test_a_million_similar_faults_are_all_counted_and_only_the_first_are_stored() -> None:
    report = Report("postcodes.csv")

    for row in range(1, 2001):
        report.error("not a postcode.", "Mend it.", row=row)

    assert (report.errors, report.left_out, report.findings[-1].row) == (2000, 1000, 1000)


def test_many_faults_of_one_kind_do_not_hide_another() -> None:
    report = Report("postcodes.csv")
    for row in range(1, 2001):
        report.error("not a postcode.", "Mend it.", row=row)

    report.error("a column is missing.", "Add it.")

    assert report.findings[-1].problem == "a column is missing."


@pytest.mark.parametrize(("length", "shown"), [(80, 80), (100_000, 80)])
def test_a_long_value_is_cut(length: int, shown: int) -> None:
    report = Report("postcodes.csv")

    report.error("not a postcode.", "Mend it.", value="x" * length)

    assert len(report.findings[0].value) == shown


def test_a_fault_that_two_reports_have_found_is_told_and_counted_once() -> None:
    first, second = Report("december.xlsx"), Report("december.xlsx")
    first.error("a sheet is hidden.", "Show it.", value="Old")
    second.error("a sheet is hidden.", "Show it.", value="Old")
    second.error("a sheet is hidden.", "Show it.", value="Older")

    first.take(second.findings, second.counts)

    assert (first.errors, [each.value for each in first.findings]) == (2, ["Old", "Older"])


def test_a_note_says_where_it_is_from() -> None:
    report = Report("officers.csv")

    report.note("the columns are separated by tabs.", row=1, value="team_id, name")

    assert str(report.findings[0]) == "officers.csv, row 1, value 'team_id, name': the columns are separated by tabs."
