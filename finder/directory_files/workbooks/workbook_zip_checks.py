"""Checks the zip archive of an .xlsx or .ods before a library opens it."""

import zipfile
from enum import Enum
from pathlib import Path
from typing import IO, Final
from xml.parsers import expat

from geodata.errors import SourceError
from geodata.readers.zip_files import open_zip

ODS_CONTENT: Final = "content.xml"
_ODS_TYPE: Final = b"application/vnd.oasis.opendocument.spreadsheet"
_MAX_MEMBERS: Final = 500
_CHUNK: Final = 1 << 16


class Format(Enum):
    """A format, with how many bytes it may unpack to.

    Five thousand surgeries take 4 MiB as .xlsx: openpyxl needs up to 60 bytes of memory for each byte, and 1 s a MiB.
    As .ods, 500,000 cells take 60 MiB, and calamine twice as much memory.
    """

    XLSX = 4 << 20
    ODS = 64 << 20


def check_archive(path: Path) -> Format:
    """Returns the format. Raises SourceError for other zip files, and for what would be slow or dangerous to open.

    Python's zipfile never unpacks more than a member declares.
    """
    with open_zip(path) as archive:
        names = archive.namelist()
        format_ = Format.ODS if "mimetype" in names else Format.XLSX
        _refuse_large(path.name, archive, format_)
        if format_ is Format.ODS:
            _refuse_other_documents(path.name, archive)
        elif "[Content_Types].xml" not in names:
            raise SourceError(f"{path.name} is a zip file and no workbook. Unpack it and load the file inside.")
        for name in [ODS_CONTENT] if format_ is Format.ODS else names:  # calamine reads nothing else of an .ods
            with archive.open(name) as stream:
                _refuse_doctype(path.name, stream)
        return format_


def _refuse_large(name: str, archive: zipfile.ZipFile, format_: Format) -> None:
    members = archive.infolist()
    if len(members) > _MAX_MEMBERS or sum(member.file_size for member in members) > format_.value:
        raise SourceError(
            f"{name} unpacks to more than {format_.value >> 20} MiB. Take pictures out of it, or save it as CSV UTF-8."
        )
    # zipfile unpacks other methods without a limit, and neither Excel nor LibreOffice writes them.
    if any(member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for member in members):
        raise SourceError(f"{name} is packed in a way that spreadsheet programs do not use. Save it again.")


def _refuse_other_documents(name: str, archive: zipfile.ZipFile) -> None:
    with archive.open("mimetype") as stream:
        is_spreadsheet = stream.read(len(_ODS_TYPE) + 1).strip() == _ODS_TYPE
    if not is_spreadsheet or ODS_CONTENT not in archive.namelist():
        raise SourceError(f"{name} is an OpenDocument file without a spreadsheet. Save the rows as .ods or CSV UTF-8.")


class _RootReached(Exception):  # noqa: N818 - no error, but the way out of a parser
    """The root element begins: nothing can be declared after it."""


def _refuse_doctype(name: str, stream: IO[bytes]) -> None:
    """Refuses entities, such as the billion laughs, before a parser expands them; no Office file declares any."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise SourceError(f"{name} declares entities, which no workbook does. It was not opened.")

    def stop(*_: object) -> None:
        raise _RootReached

    parser.StartDoctypeDeclHandler, parser.StartElementHandler = refuse, stop
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk)
    except (_RootReached, expat.ExpatError):
        return  # what is no XML, such as a picture, declares nothing
