"""Refuses files that are neither a workbook nor a text with columns, whatever their names say."""

import codecs
import re
from typing import Final

from geodata.errors import SourceError

_SPREADSHEET_XML: Final = "urn:schemas-microsoft-com:office:spreadsheet"
_WEB_PAGE: Final = re.compile(r"<(?:!doctype html|html|head|meta|body|table|style|div|!--)\b", re.IGNORECASE)
_WEB_ARCHIVE: Final = re.compile(r"(?:mime-version|from|content-type):.*multipart/related", re.IGNORECASE | re.DOTALL)
_SAVE_AS: Final = "Open it in Excel or LibreOffice, save it as an Excel workbook (.xlsx), and load that."


def refuse_other_formats(name: str, first_bytes: bytes) -> None:
    """Raises SourceError for the formats that programs save under the name of a workbook, and for a PDF."""
    encoding = "utf-16" if first_bytes.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    text = first_bytes.decode(encoding, errors="replace").lstrip()
    if text.startswith("<") and _SPREADSHEET_XML in text:
        raise SourceError(f"{name} is a workbook in the XML format of 2003, which is not read. {_SAVE_AS}")
    if text.startswith("<") and _WEB_PAGE.search(text):
        raise SourceError(f"{name} is a web page (HTML), as some systems export tables for Excel. {_SAVE_AS}")
    if _WEB_ARCHIVE.match(text):
        raise SourceError(f"{name} is a web page in one file (MHTML), which is not read. {_SAVE_AS}")
    if text.startswith("%PDF-"):
        raise SourceError(f"{name} is a PDF. Load the table that it was made from.")
