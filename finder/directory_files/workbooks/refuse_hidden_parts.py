"""Reports what a workbook hides and formulas that have no result, so that nothing is loaded that staff did not see."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from finder.directory_files.workbooks.read_workbook import SheetState
from finder.directory_files.workbooks.sheet import Span
from geodata.check_report import Report, SourceLocation
from geodata.plurals import listed_rows, one_or_more

_SHOW_IT: Final = "Show it and check it, or delete it; or load the file as it is with --include-hidden."
_SHOW_THEM: Final = "Show them and check them, or delete them; or load them too with --include-hidden."
_CALCULATE: Final = "Open the file in Excel or LibreOffice, save it there, and load it again."


class ReadCells(NamedTuple):
    """What is read of a sheet: the headings by the index of their columns, and the cells of these columns by row."""

    headings: Mapping[int, str]
    rows: Sequence[tuple[int, Sequence[str]]]


class _Hidden(NamedTuple):
    problem: str
    remedy: str
    place: SourceLocation


def report_hidden(workbook: str, state: SheetState, read: ReadCells, report: Report, *, allowed: bool) -> None:
    """Reports hidden sheets, and hidden rows and columns that are read: as errors, or as notes if they are allowed.

    Rows and columns without text do not count. `workbook` is the file's name.
    """
    for problem, remedy, place in (*_sheets(workbook, state), *_rows(state, read), *_columns(state, read)):
        if allowed:
            report.note(problem, **place)
        else:
            report.error(problem, remedy, **place)


def report_uncalculated(state: SheetState, read: ReadCells, heading_row: int, report: Report) -> bool:
    """Reports formulas below the headings whose results are missing. Returns whether there are any."""
    found = [
        (row, read.headings[column - 1])
        for row, column in state.uncalculated
        if row > heading_row and column - 1 in read.headings
    ]
    if found:
        row, heading = found[0]
        has, it = ("formula has", "it") if len(found) == 1 else ("formulas have", "them")
        problem = f"{len(found):,} {has} no result, because no program calculated {it}."
        report.error(problem, _CALCULATE, row=row, column=heading)
    return bool(found)


def _sheets(workbook: str, state: SheetState) -> Iterator[_Hidden]:
    # Of a whole directory each sheet is read in turn. The findings are the same, so that a hidden one is told once.
    for title in (*([state.title] if state.is_hidden else []), *state.other_hidden_sheets):
        yield _Hidden("a sheet is hidden.", _SHOW_IT, {"file": workbook, "value": title})


def _rows(state: SheetState, read: ReadCells) -> Iterator[_Hidden]:
    hidden = _numbers(state.hidden_rows, read.rows[-1][0] if read.rows else 0)
    found = [(number, cells) for number, cells in read.rows if number in hidden and any(cells)]
    if found:
        number, cells = found[0]
        by_what = ", and a filter is on" if state.is_filtered else ""
        rows = one_or_more(len(found), "row is", "rows are")
        problem = f"{rows} hidden{by_what}: {listed_rows(each for each, _ in found)}."
        yield _Hidden(problem, _SHOW_THEM, {"row": number, "value": ", ".join(filter(None, cells))})


def _columns(state: SheetState, read: ReadCells) -> Iterator[_Hidden]:
    hidden = _numbers(state.hidden_columns, max(read.headings, default=0) + 1)
    for place, (index, heading) in enumerate(read.headings.items()):
        filled = ((number, cells[place]) for number, cells in read.rows if cells[place])
        if index + 1 in hidden and (found := next(filled, None)):
            number, value = found
            yield _Hidden("a column is hidden.", _SHOW_IT, {"row": number, "column": heading, "value": value})


def _numbers(spans: Iterable[Span], last: int) -> set[int]:
    return {number for first, end in spans for number in range(first, min(end, last) + 1)}
