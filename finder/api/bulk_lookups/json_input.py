"""JSON bodies and NDJSON lines -> postcodes as they were typed, or the field that is wrong."""

import codecs
import json
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from finder.api import json_shapes
from finder.api.bulk_lookups.request_lines import Record
from finder.http.media_types import CSV
from finder.http.problem_statuses import RequestRefusedError

MAX_POSTCODES: Final = 1000
_MAX_NAME_LENGTH: Final = 40
# The wording of msgspec's messages: the field that is wrong, and the types it expected and found.
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


def parse_postcodes(body: bytes) -> Sequence[str]:
    """Returns the postcodes of a JSON body; raises RequestRefusedError with the field that is wrong."""
    postcodes = _decode(body.removeprefix(codecs.BOM_UTF8)).postcodes
    if len(postcodes) > MAX_POSTCODES:
        message = f"{len(postcodes):,} postcodes are too many: send at most {MAX_POSTCODES:,}, or use {CSV}."
        raise RequestRefusedError("too_many_items", message, "postcodes")
    return postcodes


def _decode(body: bytes) -> json_shapes.LookupRequest:
    try:
        json.loads(body, object_pairs_hook=_without_duplicates)
        return msgspec.json.decode(body, type=json_shapes.LookupRequest)
    except msgspec.ValidationError as error:
        raise _explain(str(error)) from error
    except msgspec.DecodeError as error:  # what Python's decoder accepts: NaN, UTF-16, half a surrogate pair
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
    """Refuses an object with the same name twice: of two values, one decoder takes the first, another the last."""
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise body_invalid(
                "A name stands twice in one object.", name.encode("utf-8", "replace").decode()[:_MAX_NAME_LENGTH]
            )
        found[name] = value
    return found


def _explain(message: str) -> RequestRefusedError:
    """Turns msgspec's message about a wrong shape into a refusal in the terms of JSON instead of Python."""
    reason, *_ = message.partition(" - at ")
    field = _FIELD.search(message)
    name = field[1] if field else ""
    reason = _TYPE.sub(lambda found: _TYPES[found[1]], reason.replace(name, name[:_MAX_NAME_LENGTH]))
    return body_invalid(f"{reason}.", name[:_MAX_NAME_LENGTH])


def body_invalid(detail: str, field: str = "") -> RequestRefusedError:
    """Returns the refusal of a body, with the field that is wrong if there is one."""
    return RequestRefusedError("body_invalid", detail, field)


def parse_line(line: Record) -> str:
    """Returns the postcode of an NDJSON line: a string, or an object with `postcode`. Raises RequestRefusedError."""
    if line is None:
        raise body_invalid("The line is too long.")
    try:
        found = _line_decoder.decode(line)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise body_invalid("The line is neither a string nor an object with a string `postcode`.") from error
    return found if isinstance(found, str) else found.postcode
