"""Reads the name of one officer, without the rank and the collar number that staff write beside it."""

import re
import unicodedata
from itertools import pairwise
from typing import Final, NamedTuple

from finder.directory_files.cell_corrections import UnusableCellError
from finder.directory_files.placeholders import says_vacant

_LONGEST: Final = 100
_ONE_PERSON: Final = "Give each person a row of their own, with the name on one line."
_NAME_ALONE: Final = "Write the person's name alone, like Sam Example."

# By rank, as it stands before or after a name. A prefix may be temporary or acting: T/Sgt, A/Insp, Acting Sergeant.
_RANKS: Final = {
    "pcso": r"police community support officers?|community support officers?|pcsos?|csos?",
    "constable": r"police constables?|special constables?|constables?|pcs?|woman police constable|wpc|spc",
    "sergeant": r"police sergeants?|sergeants?|sgts?",
    "inspector": r"(?:detective |chief )?inspectors?|(?:d(?:et)?\.? ?|c(?:h)?\.? ?)?insp",
    "superintendent": r"(?:chief )?superintendents?|(?:ch\.? ?)?supt",
}
_APOSTROPHE: Final = "['\u2018\u2019\u02bc`\u00b4]"
_ANY_RANK: Final = "|".join(f"(?P<{rank}>{pattern})" for rank, pattern in _RANKS.items())
_ACTING: Final = r"(?:(?:acting|temporary|temp|a|t|s)[./ ] ?)?"
_RANK: Final = re.compile(rf"\b{_ACTING}(?:{_ANY_RANK})(?![^\W_]|{_APOSTROPHE})\.?", re.IGNORECASE)
# These are names too, such as Di and Ps: they are ranks only in capitals, before a name that is not.
_SHORT_RANK: Final = re.compile(r"(?:DC|SC|PS|DS|DI|CI|DCI)(?= )")
_FORMS_OF_RANK: Final = {"constable": "pc dc", "sergeant": "ps sgt ds", "inspector": "insp di"}

_NUMBER_WORD: Final = (
    r"(?:\b(?:collar|shoulder|warrant|force|badge|staff)\b[ .:]*)?(?:\b(?:number|num|no|id|c/?n)\b[.:]* ?)?#?"
)
_COLLAR_NUMBER: Final = re.compile(
    rf"[(\[]? ?{_NUMBER_WORD}(?<![^\W_])[A-Z]{{0,3}}(?P<digits>\d{{2,6}})[A-Z]{{0,2}}(?![^\W_]) ?[)\]]?",
    re.IGNORECASE,
)
_GLUED: Final = re.compile(r"\b(pcso|pc|sgt|ps)(?=\d)", re.IGNORECASE)  # PC1234
_SEVERAL: Final = re.compile(r"[/&;+|\n\r•·]|\b(?:and|or|with|plus|And|AND|OR)\b")
_NO_SEPARATOR: Final = re.compile(r"\b([ATSC])/(?=[A-Za-z])", re.IGNORECASE)  # T/Sgt, C/N 1234
_COMMA: Final = re.compile(r",(?! ?(?:MBE|OBE|CBE|BEM|QPM|KPM|PhD|Jr|Snr)\b)")
_TWO_LETTERS: Final = re.compile(r"[^\W\d_]{2}")
_NAME: Final = re.compile(rf"(?:[^\W\d_]|[\u0300-\u036f ,.\u2010\u2011-]|{_APOSTROPHE})+")
_NICKNAME: Final = re.compile(r"[(\"\u201c\u2018'](?P<nickname>[^\W\d_]+(?:-[^\W\d_]+)?)[)\"\u201d\u2019'](?= )")
_SURNAMES: Final = frozenset({"constable", "sergeant"})
_EDGES: Final = " ,.:;-\u2013\u2014"


class OfficerName(NamedTuple):
    """A name, with the rank and the collar number that stood in its cell, as they were written there."""

    name: str
    rank: str = ""
    collar_number: str = ""


def read_officer_name(text: str) -> OfficerName:
    """Returns the name of one person. Raises UnusableCellError if there are several, none, or more than a name."""
    if len(text) > _LONGEST:
        raise UnusableCellError(f"the name has {len(text):,} characters.", _NAME_ALONE)
    plain = re.sub(r"[^\S\r\n]+", " ", unicodedata.normalize("NFC", text))
    _refuse_several(plain)
    if says_vacant(plain):
        raise UnusableCellError("it says that a post is vacant, and something else.", "Keep the name, or no row.")
    without_number, collar_number = _take_collar_number(_GLUED.sub(r"\1 ", plain))
    name, rank = _take_rank(without_number)
    _refuse_what_is_no_name(name)
    return OfficerName(name, rank, collar_number)


def contradicts(rank_beside_name: str, rank: str) -> bool:
    """Returns whether the rank beside a name and a given rank are known and differ."""
    beside, given = _rank_of(rank_beside_name), _rank_of(rank)
    return bool(beside and given and beside != given)


def _rank_of(text: str) -> str:
    found = {match.lastgroup for match in _RANK.finditer(text)}
    found |= {rank for rank, forms in _FORMS_OF_RANK.items() if text.casefold() in forms.split()}
    return (found.pop() or "") if len(found) == 1 else ""


def _refuse_several(plain: str) -> None:
    joined = _NO_SEPARATOR.sub(r"\1 ", plain)
    pieces = [piece for piece in _SEVERAL.split(joined) if _TWO_LETTERS.search(piece)]
    if len(pieces) > 1 or _names_between(plain, list(_RANK.finditer(plain))):
        raise UnusableCellError("more than one person in one cell.", _ONE_PERSON)


def _names_between(plain: str, ranks: list[re.Match[str]]) -> bool:
    """Returns whether a name stands between two ranks: PC Example PCSO Other."""
    between = (plain[one.end() : two.start()] for one, two in pairwise(ranks))
    return any(_TWO_LETTERS.search(each) for each in between)


def _take_collar_number(plain: str) -> tuple[str, str]:
    found = [match for match in _COLLAR_NUMBER.finditer(plain) if _is_collar_number(plain, match)]
    if len(found) != 1:
        return plain, ""
    (match,) = found
    without = f"{plain[: match.start()]} {plain[match.end() :]}"
    return " ".join(without.split()).strip(_EDGES), match[0].strip(" ()[]")


def _is_collar_number(plain: str, match: re.Match[str]) -> bool:
    """Returns whether digits are surely a collar number: those of two digits need a rank before them."""
    return len(match["digits"]) > 2 or bool(_RANK.search(plain[: match.start()]))  # noqa: PLR2004 - as the docstring says


def _take_rank(plain: str) -> tuple[str, str]:
    """Returns the name without a rank at its start or its end, and that rank."""
    for match in _RANK.finditer(plain):
        before, after = plain[: match.start()].strip(f"{_EDGES}(["), plain[match.end() :].strip(f"{_EDGES})]")
        is_surname = match.end() == len(plain) and match[0].casefold() in _SURNAMES
        if (not before or not after) and before != after and not is_surname:
            return before or after, match[0].strip()
    short = _SHORT_RANK.match(plain) if not plain.isupper() else None
    if short:
        return plain[short.end() :].strip(), short[0]
    return plain, ""


def _refuse_what_is_no_name(name: str) -> None:
    without_nickname = _NICKNAME.sub("", name)
    if _RANK.fullmatch(name) or not _TWO_LETTERS.search(name):
        raise UnusableCellError("there is no name.", "Fill it in, or leave the row out if nobody has the post.")
    if _COMMA.search(name):
        raise UnusableCellError("a comma stands in the name.", f"{_ONE_PERSON} Write a first name before the surname.")
    if re.search(r"\d", name):
        raise UnusableCellError("there are digits in the name.", _NAME_ALONE)
    has_rank = any(match[0].casefold() not in _SURNAMES for match in _RANK.finditer(name))
    if has_rank or not _NAME.fullmatch(without_nickname):
        raise UnusableCellError("there is more than a name.", _NAME_ALONE)
