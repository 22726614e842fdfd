"""GSS codes: the nine characters by which official statistics know an area, such as ``E05011151``."""

import re
from typing import Final

GSS_CODE_PATTERN: Final = "[EWSN][0-9]{8}"
_GSS_CODE: Final = re.compile(GSS_CODE_PATTERN)


def is_gss_code(text: str) -> bool:
    """Whether a text has the form of a code, whatever area it may be of."""
    return _GSS_CODE.fullmatch(text) is not None
