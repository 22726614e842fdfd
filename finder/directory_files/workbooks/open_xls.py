"""Opens an .xls workbook."""

from pathlib import Path
from typing import Final

from finder.directory_files.workbooks.open_with_calamine import locked, open_with_calamine
from finder.directory_files.workbooks.sheet import Sheet
from finder.directory_files.workbooks.xls_records import XlsRecords

_ENCRYPTED_XLSX: Final = "EncryptedPackage".encode("utf-16-le")  # the name of its stream, [MS-OFFCRYPTO] 2.3.4.4


def open_xls(path: Path, scratch: Path) -> list[Sheet]:
    """Returns the sheets of a workbook of Excel 97 to 2003. Raises SourceError if it has a password.

    An .xlsx with a password has the same container.
    """
    if _ENCRYPTED_XLSX in path.read_bytes():
        raise locked(path.name)
    named_xls = scratch / "workbook.xls"  # calamine takes the format from the name, which may be wrong
    named_xls.symlink_to(path)
    records = XlsRecords(path)
    return open_with_calamine(path.name, named_xls, records.marks, records.failed_formulas)
