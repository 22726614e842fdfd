"""What is sent to be looked up -> postcodes as they were typed, or the field that is wrong."""

import json
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from finder.api import shapes
from finder.api.records import CSV, Record
from finder.problems import RequestRefusedError

MOST_ITEMS: Final = 1000
# How msgspec words where a body went wrong.
_FIELD: Final = re.compile(r"(?:at `\$\.?|(?:missing required|unknown) field `)([^`]*)`")


class _Line(msgspec.Struct):
    postcode: str


_line_decoder: Final = msgspec.json.Decoder(str | _Line)


def read_postcodes(body: bytes) -> Sequence[str]:
    """The postcodes of a JSON request; raises RequestRefusedError with the field that is wrong."""
    try:
        json.loads(body, object_pairs_hook=_without_duplicates)
        asked = msgspec.json.decode(body, type=shapes.LookupRequest)
    except msgspec.ValidationError as error:
        reason, *_ = str(error).partition(" - at ")
        field = _FIELD.search(str(error))
        raise body_invalid(f"{reason}.", field[1] if field else "") from error
    except (ValueError, RecursionError) as error:
        raise body_invalid("The body is not JSON that can be read: a syntax error, or nested too deep.") from error
    if len(asked.postcodes) > MOST_ITEMS:
        message = f"{len(asked.postcodes):,} postcodes are too many: send at most {MOST_ITEMS:,}, or use {CSV}."
        raise RequestRefusedError("too_many_items", message, "postcodes")
    return asked.postcodes


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose names differ. Readers take the first or the last of two as they please, so we take none."""
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise body_invalid("A name stands twice in one object.", name.encode("utf-8", "replace").decode()[:40])
        found[name] = value
    return found


def body_invalid(detail: str, field: str = "") -> RequestRefusedError:
    """The refusal of a body, with the field that is wrong where there is one."""
    return RequestRefusedError("body_invalid", detail, field)


def read_line(line: Record) -> str:
    """The postcode of a line of NDJSON: a string, or an object with one; raises RequestRefusedError."""
    if line is None:
        raise body_invalid("The line is too long.")
    try:
        found = _line_decoder.decode(line)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise body_invalid("The line is neither a string nor an object with a string `postcode`.") from error
    return found if isinstance(found, str) else found.postcode
