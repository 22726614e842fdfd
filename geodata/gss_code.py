"""GSS codes: the nine characters by which official statistics know an area, such as ``E05011151``."""

import re
from typing import Final

GSS_CODE_PATTERN: Final = "[EWSN][0-9]{8}"
_GSS_CODE: Final = re.compile(GSS_CODE_PATTERN)
_CUT: Final = re.compile("[EWSN][0-9]{0,7}")


def is_gss_code(text: str) -> bool:
    """Whether a text has the form of a code, of any kind of area."""
    return _GSS_CODE.fullmatch(text) is not None


def gss_code_fault(text: str) -> tuple[str, str] | None:
    """What is wrong with a text that should be a code, and what to do; None where it is one."""
    if is_gss_code(text):
        return None
    if is_gss_code("".join(text.split()).upper()):
        return "the GSS code has small letters or spaces.", "Write it in capitals and without spaces, like E05011151."
    if _CUT.fullmatch(text.strip().upper()):
        return "the GSS code is cut short.", "It is a letter and eight digits, like E05011151: look up the whole of it."
    return "not a GSS code.", "It is a letter and eight digits, like E05011151."
