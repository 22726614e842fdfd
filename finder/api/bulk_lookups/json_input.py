"""What is sent to be looked up -> postcodes as they were typed, or the field that is wrong."""

import codecs
import json
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from finder.api import shapes
from finder.api.bulk_lookups.streamed_lines import CSV, Record
from finder.http.problems import RequestRefusedError

MOST_ITEMS: Final = 1000
_LONGEST_NAME: Final = 40
# How msgspec words where a body went wrong.
_FIELD: Final = re.compile(r"(?:at `\$\.?|(?:missing required|unknown) field `)([^`]*)`")
_TYPE: Final = re.compile(r"`(str|int|float|bool|array|object|null)`")
_TYPES: Final = {
    "str": "text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


class _Line(msgspec.Struct):
    postcode: str


_line_decoder: Final = msgspec.json.Decoder(str | _Line)


def read_postcodes(body: bytes) -> Sequence[str]:
    """The postcodes of a JSON request; raises RequestRefusedError with the field that is wrong."""
    postcodes = _decode(body.removeprefix(codecs.BOM_UTF8)).postcodes
    if len(postcodes) > MOST_ITEMS:
        message = f"{len(postcodes):,} postcodes are too many: send at most {MOST_ITEMS:,}, or use {CSV}."
        raise RequestRefusedError("too_many_items", message, "postcodes")
    return postcodes


def _decode(body: bytes) -> shapes.LookupRequest:
    try:
        json.loads(body, object_pairs_hook=_without_duplicates)
        return msgspec.json.decode(body, type=shapes.LookupRequest)
    except msgspec.ValidationError as error:
        raise _misshapen(str(error)) from error
    except msgspec.DecodeError as error:  # what Python's reader lets pass: NaN, UTF-16, half a surrogate pair
        raise body_invalid("The body is not JSON (RFC 8259) in UTF-8.") from error
    except json.JSONDecodeError as error:
        raise body_invalid(f"The body is not JSON from line {error.lineno}, column {error.colno} on.") from error
    except UnicodeDecodeError as error:
        raise body_invalid("The body is not UTF-8.") from error
    except RecursionError as error:
        raise body_invalid("The body is nested too deep.") from error
    except ValueError as error:
        raise body_invalid("The body has a number with too many digits.") from error


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose names differ. Readers take the first or the last of two as they please, so we take none."""
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise body_invalid(
                "A name stands twice in one object.", name.encode("utf-8", "replace").decode()[:_LONGEST_NAME]
            )
        found[name] = value
    return found


def _misshapen(told: str) -> RequestRefusedError:
    """What msgspec says of JSON of another shape, in the words of JSON and not of Python."""
    reason, *_ = told.partition(" - at ")
    field = _FIELD.search(told)
    named = field[1] if field else ""
    reason = _TYPE.sub(lambda found: _TYPES[found[1]], reason.replace(named, named[:_LONGEST_NAME]))
    return body_invalid(f"{reason}.", named[:_LONGEST_NAME])


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
