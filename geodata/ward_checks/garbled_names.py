"""Checks the names of wards for characters that were read in a wrong encoding before the file was written."""

from geodata.check_report import Report

_REMEDY = "Have the file exported again from the source of the names, in UTF-8."


def check_name(name: str, report: Report, row: int) -> None:
    """Warn of a name that looks garbled."""
    if name.isascii():
        return
    if meant := _ungarbled(name):
        report.warning(f"the name looks garbled; it may be {meant!r}.", _REMEDY, row=row, column="name", value=name)
    elif "\ufffd" in name or not name.isprintable():
        report.warning("the name has a character that was lost.", _REMEDY, row=row, column="name", value=name)


def _ungarbled(name: str) -> str:
    """The name if it is UTF-8 that was read as Windows-1252 or ISO-8859-1, else ""."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return name.encode(encoding).decode()
        except UnicodeError:
            continue
    return ""
