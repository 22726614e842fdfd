"""Reads telephone numbers as staff write them, and mends those that can have only one meaning."""

import re
import unicodedata
from typing import Final, NamedTuple

import phonenumbers

from finder.directory_files.cell_corrections import Mended, UnusableCellError

_GB: Final = "GB"
_GB_CODE: Final = 44
# Typed before a number to reach it by Relay UK: 18001 for a call with text, 18002 for one that a text phone answers.
_RELAY: Final = frozenset({"18001", "18002"})
_RELAYED: Final = re.compile(r"^\D*1\D*8\D*0\D*0\D*[12]\D*")
# Numbers that Ofcom keeps for drama, and examples: nobody has them, so phonenumbers does not count them as valid.
_DRAMA: Final = re.compile(r"7700900\d{3}|1632960\d{3}")

_LONGEST: Final = 60
_DASHES: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_EXPONENT: Final = re.compile(r"(?P<whole>\d)(?:[.,](?P<fraction>\d+))?\s?[eE]\s?\+?(?P<exponent>\d{1,2})")
_DECIMALS: Final = re.compile(r"(\+?\d{3,})[.,]0+")
_EXTENSION: Final = re.compile(r"[ ,;(]*\b(?:extension|extn|ext|x)[ .:]*(?P<digits>\d{1,7})[).]?$", re.IGNORECASE)
_WORD: Final = re.compile(r"[a-z]+(?:-[a-z]+)*", re.IGNORECASE)
_LABELS_LISTED: Final = (
    "call ring dial phone telephone tel mobile mob fax landline office direct line us on at the team police number"
    " no t m f contact please switchboard non-emergency nonemergency non emergency freephone free"
)
_LABELS: Final = frozenset(_LABELS_LISTED.split())
_ALTERNATIVE: Final = re.compile(r"\b(?:or|and)\b", re.IGNORECASE)
_CUT: Final = "|"
_SEVERAL: Final = re.compile(r"[/;,&|\n]")
_NUMBER: Final = re.compile(r"\(?\+?[\d ().-]+")
_USUAL: Final = re.compile(r"(?:0|\(0|\+44 ?)[1-9][\d ()-]*")
_SHORT: Final = re.compile(r"\d[\d ]*")
_USUAL_EXTENSION: Final = re.compile(r"(?:,? \(?(?:extension|ext)\.? \d+\)?)?")
_ROUNDED: Final = re.compile(r"0{5}$")
_TYPE_IT: Final = "Type it with spaces, like 0121 496 0000."


class _Parts(NamedTuple):
    number: str
    extension: str


def read_telephone(text: str) -> Mended:
    """Returns a number as people in Britain dial it: with its first 0, of three digits like 101, or by Relay UK.

    What is written in a usual way stays as it is written. Raises UnusableCellError if the number cannot be dialled, or
    not be known with certainty.
    """
    if len(text) > _LONGEST:
        raise UnusableCellError(f"the text has {len(text):,} characters.", "Write the number alone, like 101.")
    plain = re.sub(r" +", " ", unicodedata.normalize("NFKC", text).translate(_DASHES)).strip()
    parts = _parts(_without_spreadsheet_traces(plain))
    read = _read(parts.number)
    if plain == text and _is_usual(text, parts.number, read):
        return Mended(text)
    number = f"{read} ext {parts.extension}" if parts.extension else read
    return Mended(number, f"read as {number}.")


def _is_usual(text: str, number: str, read: str) -> bool:
    """Returns whether the text is a number in a usual form, with its extension, and nothing else."""
    is_short = not read.startswith("0")
    form = _SHORT if is_short else _USUAL
    return form.fullmatch(number) is not None and bool(_USUAL_EXTENSION.fullmatch(text.removeprefix(number)))


def _without_spreadsheet_traces(plain: str) -> str:
    """Undoes what spreadsheets do to a number: 1.2E+10 and 101.0. Digits that they left out cannot be known."""
    if match := _EXPONENT.fullmatch(plain):
        fraction = match["fraction"] or ""
        if len(fraction) != int(match["exponent"]):
            raise UnusableCellError("a spreadsheet has rounded the number.", f"Look it up. {_TYPE_IT}")
        return match["whole"] + fraction
    match = _DECIMALS.fullmatch(plain)
    return match[1] if match else plain


def _parts(plain: str) -> _Parts:
    """Separates the number from its extension, and from words that only say what it is."""
    extension = _EXTENSION.search(plain)
    body = _ALTERNATIVE.sub("/", plain[: extension.start()] if extension else plain)
    if not {word.lower() for word in _WORD.findall(body)} <= _LABELS:
        raise UnusableCellError("there is more than a telephone number.", "Write the number alone, like 101.")
    body = _WORD.sub(_CUT, body)
    body = re.sub(r"\([ |:.-]*\)", "", body).strip(" |:.,;/-")
    if len([piece for piece in _SEVERAL.split(body) if re.search(r"\d", piece)]) > 1:
        raise UnusableCellError(
            "more than one telephone number.", "Keep one; a second one may go into the column mobile."
        )
    return _Parts(body, extension["digits"] if extension else "")


def _read(body: str) -> str:
    """Returns the number, in the national form if it is not a short one."""
    digits = re.sub(r"\D", "", body)
    if not _NUMBER.fullmatch(body) or not digits:
        raise UnusableCellError("not a telephone number.", _TYPE_IT)
    if digits[:5] in _RELAY and len(digits) > len("18001"):
        return f"{digits[:5]} {_read(_RELAYED.sub('', body))}"
    try:
        number = phonenumbers.parse(body, _GB)
    except phonenumbers.NumberParseException:
        raise UnusableCellError("not a telephone number.", _TYPE_IT) from None
    if phonenumbers.is_valid_short_number_for_region(number, _GB):
        return phonenumbers.national_significant_number(number)
    if number.country_code != _GB_CODE:
        raise UnusableCellError("not a British number.", _TYPE_IT)
    national = phonenumbers.national_significant_number(number)
    if not phonenumbers.is_valid_number(number) and not _DRAMA.fullmatch(national):
        raise UnusableCellError(f"no British number is like this; it has {len(digits)} digits.", _TYPE_IT)
    if digits.startswith(("4", national[0])) and "+" not in body and _ROUNDED.search(digits):
        raise UnusableCellError("a spreadsheet may have rounded the number.", f"Look it up. {_TYPE_IT}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
