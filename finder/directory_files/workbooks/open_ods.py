"""Opens an .ods workbook."""

import re
import zipfile
from functools import partial
from pathlib import Path
from typing import Final

from finder.directory_files.workbooks.hidden_parts_of_ods import find_ods_marks
from finder.directory_files.workbooks.open_with_calamine import open_with_calamine
from finder.directory_files.workbooks.sheet import Sheet
from finder.directory_files.workbooks.workbook_zip_checks import ODS_CONTENT
from geodata.readers.zip_files import open_zip

_COPIED: Final = ("mimetype", "META-INF/manifest.xml", ODS_CONTENT)  # the manifest shows whether there is a password
_EMPTY_RESULT: Final = re.compile(rb'office:string-value=""(?=[^<>]*calcext:value-type="error")')


def open_ods(path: Path, scratch: Path) -> list[Sheet]:
    """Returns the sheets of an OpenDocument workbook. Raises SourceError if it has a password."""
    copy = scratch / "workbook.ods"
    _copy_with_errors(path, copy)
    return open_with_calamine(path.name, copy, partial(find_ods_marks, path))


def _copy_with_errors(path: Path, copy: Path) -> None:
    """Copies a workbook so that calamine reads a failed formula as the error that the cell shows.

    LibreOffice writes an empty result for it, and the error as text. calamine takes the text if there is no result.
    """
    with open_zip(path) as archive, zipfile.ZipFile(copy, "w") as changed:
        for name in archive.namelist():
            if name in _COPIED:
                content = archive.read(name)
                changed.writestr(name, _EMPTY_RESULT.sub(b"", content) if name == ODS_CONTENT else content)
