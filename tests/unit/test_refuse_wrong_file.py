"""A file of another part than the command loads: the refusal names the right command."""

import zipfile
from pathlib import Path
from typing import Final

import pytest

from finder.directory_files.read_directory_file import read_part
from finder.directory_files.refuse_wrong_file import refuse_another_part
from finder.domain.release import Part
from geodata.check_report import Report
from geodata.errors import SourceError
from geodata.progress import NO_STEP
from geodata.readers.boundaries.read_wards import read_wards
from geodata.readers.postcodes.postcode_files import read_locations
from geodata.shipped_data import SHIPPED_FOLDER

_DIRECTORY: Final = [part for part in Part if part not in {Part.POSTCODES, Part.WARDS}]
_SHIPPED: Final[dict[Part, Path]] = {
    Part.POSTCODES: SHIPPED_FOLDER / "postcodes.csv",
    Part.WARDS: SHIPPED_FOLDER / "wards.geojson",
    **{part: SHIPPED_FOLDER / "directory" / f"{part}.csv" for part in _DIRECTORY},
}
_CODE_POINT: Final = b'"B2 4QA",10,407024,286642,"E92000001","E19000001","E18000005","","E08000025","E05011151"\r\n'
_ONSPD: Final = b"pcd,pcd2,pcds,dointr,doterm\r\n"


def read(part: Part, path: Path) -> None:
    """Reads a file as a load does."""
    refuse_another_part(part, path)
    report = Report(path.name)
    match part:
        case Part.POSTCODES:
            list(read_locations(path, report, NO_STEP))
        case Part.WARDS:
            read_wards(path, report)
        case _:
            read_part(part, path, report)


def zip_of(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "hello")
    return path


@pytest.mark.parametrize(("given", "meant"), [(given, meant) for given in Part for meant in Part if given is not meant])
def test_each_shipped_file_is_recognised_when_given_as_another_part(given: Part, meant: Part) -> None:
    path = _SHIPPED[meant]

    with pytest.raises(SourceError, match=f"^{path.name} looks like .* finder load {meant} {path.name}$"):
        read(given, path)


@pytest.mark.parametrize("part", Part)
def test_no_shipped_file_is_mistaken_for_another_part(part: Part) -> None:
    refuse_another_part(part, _SHIPPED[part])


@pytest.mark.parametrize("part", [Part.WARDS, Part.TEAMS])
@pytest.mark.parametrize("content", [_CODE_POINT, _ONSPD, b"\xef\xbb\xbf" + _ONSPD])
def test_postcodes_of_any_layout_are_recognised(tmp_path: Path, part: Part, content: bytes) -> None:
    path = tmp_path / "supplied.csv"
    path.write_bytes(content)

    with pytest.raises(SourceError, match=r"looks like a file of postcodes.*finder load postcodes supplied\.csv$"):
        read(part, path)


@pytest.mark.parametrize("member", ["codepo/Data/CSV/b.csv", "Data/ONSPD_MAY_2021_UK.csv"])
def test_a_zip_of_postcodes_given_as_wards_is_recognised(tmp_path: Path, member: str) -> None:
    path = zip_of(tmp_path / "supplied.zip", member, "Doc/readme.txt")

    with pytest.raises(SourceError, match=r"finder load postcodes supplied\.zip$"):
        read(Part.WARDS, path)


def test_a_folder_of_postcodes_given_as_wards_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "supplied").mkdir()
    (tmp_path / "supplied" / "b.csv").write_bytes(_CODE_POINT)

    with pytest.raises(SourceError, match="finder load postcodes supplied"):
        read(Part.WARDS, tmp_path / "supplied")


@pytest.mark.parametrize("members", [("wards.shp", "wards.dbf"), ("a/wards.geojson",)])
def test_a_zip_of_wards_given_as_postcodes_is_recognised(tmp_path: Path, members: tuple[str, ...]) -> None:
    path = zip_of(tmp_path / "supplied.zip", *members)

    with pytest.raises(SourceError, match=r"finder load wards supplied\.zip$"):
        read(Part.POSTCODES, path)


@pytest.mark.parametrize("begins", [b"SQLite format 3\0", b"\x00\x00\x27\x0a", b'<?xml version="1.0"?><kml xmlns="">'])
def test_boundaries_of_any_format_are_recognised(tmp_path: Path, begins: bytes) -> None:
    path = tmp_path / "supplied"
    path.write_bytes(begins + bytes(100))

    with pytest.raises(SourceError, match=r"looks like a file of boundaries .*finder load wards supplied$"):
        read(Part.POSTCODES, path)


@pytest.mark.parametrize("heading", ["name,rank", "team,name", "name,colour,team_id", "postcode,name,area"])
def test_a_file_of_no_certain_part_is_left_to_its_reader(tmp_path: Path, heading: str) -> None:
    path = tmp_path / "supplied.csv"
    path.write_text(f"{heading}\n", encoding="utf-8")
    report = Report(path.name)

    read_part(Part.OFFICERS, path, report)

    assert report.errors > 0


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs")])
@pytest.mark.parametrize("quoted", [False, True])
def test_postcodes_with_separators_other_than_commas_are_refused(
    tmp_path: Path, separator: str, name: str, *, quoted: bool
) -> None:
    heading, *rows = _SHIPPED[Part.POSTCODES].read_text(encoding="utf-8").splitlines()[:5]
    mark = '"' if quoted else ""
    path = tmp_path / "supplied.csv"
    lines = [separator.join(f"{mark}{cell}{mark}" for cell in line.split(",")) for line in (heading, *rows)]
    path.write_text("\n".join(lines), encoding="utf-8")

    assert f"separated by {name}. Save the file as CSV with commas" in refusal_of(path)


def refusal_of(path: Path) -> str:
    """Returns why a file of postcodes is refused, from the exception or the report."""
    report = Report(path.name)
    try:
        list(read_locations(path, report, NO_STEP))
    except SourceError as error:
        return str(error)
    (first, *_) = report.findings
    return str(first)
