"""A table of wards' names and GSS codes -> the code of each ward of a file that has none, as the LGBCE's have.

Names are compared without case, accents and punctuation. A name that several districts have is known by the district
that the file gives; without one, by the districts of the names that only one district has.
"""

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from geodata.check_report import Report
from geodata.district import District
from geodata.errors import SourceError
from geodata.gss_code import gss_code_fault, is_gss_code
from geodata.plurals import count_of
from geodata.readers.boundaries.ward_columns import UsualColumns

_APOSTROPHES: Final = re.compile(r"['\u2018\u2019`.]")
_WORD: Final = re.compile(r"[a-z0-9]+")
_LIKENESS: Final = 0.8
_LISTED: Final = 10

Row = tuple[int, Sequence[str]]


class NamedWard(NamedTuple):
    """A ward as a file or a table names it; its district may have neither code nor name."""

    name: str
    district: District


class ListedWard(NamedTuple):
    """A row of the table."""

    row: int
    gss_code: str
    name: str
    district: District


class NoCode(NamedTuple):
    """Why a ward has no code, and what to do."""

    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class WardCodes:
    """The wards of a table; `file` is its name."""

    file: str
    wards: Sequence[ListedWard]

    @classmethod
    def of_table(cls, rows: Iterable[Row], report: Report) -> "WardCodes":
        """The wards of a table whose first row has the headings. Reports faulty rows, each code and name once.

        Raises SourceError if it has no columns of codes and names.
        """
        numbered = iter(rows)
        headings = next((list(map(str.strip, cells)) for _, cells in numbered if any(cells)), [])
        columns = [_position(headings, found, report.file, what) for found, what in _wanted(headings)]
        wards = []
        for row, cells in numbered:
            code, name, district_code, district_name = (_cell(cells, position) for position in columns)
            code, district_code = _plain(code), _plain(district_code)
            if not (code and name):
                continue  # a ward of that name is reported as one without a code
            if fault := gss_code_fault(code):
                report.error(*fault, row=row, column=headings[columns[0]], value=code)
            district = District(district_code if is_gss_code(district_code) else "", district_name)
            wards.append(ListedWard(row, code, name, district))
        _report_repeated_codes(wards, report, headings[columns[0]])
        return cls(report.file, wards)

    def find_all(self, wanted: Sequence[NamedWard]) -> list[ListedWard | NoCode]:
        """The row of each ward, or why it has none."""
        by_name = self._by_name()
        found = [_of_district(by_name.get(_key(each.name), ()), each.district) for each in wanted]
        districts = {each[0].district for each in found if len(each) == 1}
        if not districts:
            districts = _common_districts(found)
        return [self._choose(each, among, districts, by_name) for each, among in zip(wanted, found, strict=True)]

    def report_use(self, found: Iterable[ListedWard | NoCode], report: Report) -> None:
        """Note how many codes are from the table. Warn of wards in it, of the same districts, that were not found."""
        used = {each.gss_code: each.district for each in found if isinstance(each, ListedWard)}
        if not used:
            return
        report.note(f"{count_of(len(used), 'GSS code')} taken from {self.file}, by the names of the wards.")
        districts = set(used.values())
        left = {each.gss_code: each for each in self.wards if each.district in districts and each.gss_code not in used}
        if left:
            shown = ", ".join(f"{each.name} ({code})" for code, each in list(left.items())[:_LISTED])
            problem = (
                f"{self.file} has {count_of(len(left), 'ward')} of the same districts without a boundary: {shown}."
            )
            remedy = "Check that the table and the boundaries are of the same year."
            report.warning(problem, remedy, file=self.file)

    def _by_name(self) -> Mapping[str, list[ListedWard]]:
        by_name: defaultdict[str, list[ListedWard]] = defaultdict(list)
        for each in self.wards:
            listed = by_name[_key(each.name)]
            if each.gss_code not in {other.gss_code for other in listed}:
                listed.append(each)
        return by_name

    def _choose(
        self,
        ward: NamedWard,
        among: Sequence[ListedWard],
        districts: set[District],
        by_name: Mapping[str, Sequence[ListedWard]],
    ) -> ListedWard | NoCode:
        likely = [each for each in among if each.district in districts] or among
        if len(likely) == 1:
            return likely[0]
        if likely:
            rows = ", ".join(f"{each.gss_code} in row {each.row}{_in(each.district)}" for each in likely[:_LISTED])
            remedy = "Leave only the rows of the district that is meant, or name it with --district-column."
            return NoCode(f"{self.file} has several codes for this name: {rows}.", remedy)
        where = _in(ward.district)
        close = difflib.get_close_matches(_key(ward.name), list(by_name), n=1, cutoff=_LIKENESS)
        remedy = "Add a row with its name and code."
        if close:
            like = by_name[close[0]][0]
            remedy = f"If it is {like.name} ({like.gss_code}) in row {like.row}, write the name alike; else add a row."
        return NoCode(f"{self.file} has no code for this name{where}.", remedy)


def _wanted(headings: Sequence[str]) -> Iterator[tuple[Sequence[str], str]]:
    usual = UsualColumns.of(headings)
    yield usual.codes, "the wards' GSS codes, like gss_code"
    yield usual.names, "the wards' names, like ward_name"
    yield usual.district_codes[:1], ""
    yield usual.district_names[:1], ""


def _position(headings: Sequence[str], found: Sequence[str], file: str, what: str) -> int:
    """The position of a column, or -1 if it is not needed and not there."""
    if len(found) == 1:
        return headings.index(found[0])
    if not what:
        return -1
    held = f"several: {', '.join(found)}" if found else f"none; it has {', '.join(headings[:_LISTED]) or 'none at all'}"
    raise SourceError(f"{file} must have one column of {what}, and has {held}. Rename or remove columns.")


def _cell(cells: Sequence[str], position: int) -> str:
    return cells[position].strip() if 0 <= position < len(cells) else ""


def _plain(code: str) -> str:
    return "".join(code.split()).upper()


def _report_repeated_codes(wards: Iterable[ListedWard], report: Report, column: str) -> None:
    first: dict[str, ListedWard] = {}
    for each in wards:
        other = first.setdefault(each.gss_code, each)
        if _key(other.name) != _key(each.name):
            problem = f"the code stands in row {other.row} too, for {other.name}."
            report.error(problem, "Give each ward its own code.", row=each.row, column=column, value=each.gss_code)


def _of_district(listed: Sequence[ListedWard], district: District) -> Sequence[ListedWard]:
    """Those of a district, if it is known; those without a district may be of any."""
    if not (district.gss_code or district.name):
        return listed
    return [each for each in listed if _may_be_same(each.district, district)]


def _may_be_same(one: District, other: District) -> bool:
    if one.gss_code and other.gss_code:
        return one.gss_code == other.gss_code
    return not (one.name and other.name) or _key(one.name) == _key(other.name)


def _common_districts(found: Iterable[Sequence[ListedWard]]) -> set[District]:
    """The one district that has all the names, if there is one and only one."""
    sets = [{each.district for each in listed} for listed in found if listed]
    common = set.intersection(*sets) if sets else set()
    return common if len(common) == 1 else set()


def _in(district: District) -> str:
    known = district.name or district.gss_code
    return f" in {known}" if known else ""


def _key(name: str) -> str:
    """A name for comparison: `St. Mary's & Wyken Ward` and `ST MARYS AND WYKEN` are the same."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each)).casefold()
    words = _WORD.findall(_APOSTROPHES.sub("", plain).replace("&", " and "))
    words = ["st" if word == "saint" else word for word in words]
    return " ".join(words[:-1] if len(words) > 1 and words[-1] == "ward" else words)
