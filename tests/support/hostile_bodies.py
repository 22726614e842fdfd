"""Bodies of requests that try to keep a worker busy: JSON, CSV, NDJSON and forms, or nearly."""

import json
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

_JSON: Final = "application/json"
_CSV: Final = "text/csv"
_NDJSON: Final = "application/x-ndjson"
_FORM: Final = "application/x-www-form-urlencoded"
_MOST: Final = 64_000
"""Bytes of a form or of JSON that the service reads."""
_TABLE: Final = 240_000
"""Bytes of a table. What takes more than linear time shows already."""
_ROW: Final = 16_000
"""Bytes of a line that the service reads, nearly."""
LIGATURE: Final = "\ufdfa"
"""Becomes eighteen letters when it is normalised."""


class Body(NamedTuple):
    """A body with its media type."""

    name: str
    media_type: str
    content: bytes


def json_bodies() -> Iterator[Body]:
    """Lists of postcodes, or nearly."""
    yield from _bodies(
        _JSON,
        {
            "lists without end": b"[" * _MOST,
            "deep lists": b"[" * (_MOST // 2) + b"]" * (_MOST // 2),
            "deep objects": b'{"a":' * (_MOST // 5),
            "deep postcodes": b'{"postcodes":' + b"[" * 900 + b"]" * 900 + b"}",
            "a giant number": b'{"postcodes":' + b"9" * (_MOST - 20) + b"}",
            "a giant fraction": b'{"postcodes":[1.' + b"9" * (_MOST - 20) + b"]}",
            "a giant exponent": b'{"postcodes":[1e' + b"9" * (_MOST - 20) + b"]}",
            "numbers of 4,000 digits": b'{"postcodes":[' + b",".join([b"9" * 4000] * 15) + b"]}",
            "a long string": b'{"postcodes":["' + b"A" * (_MOST - 20) + b'"]}',
            "escapes": b'{"postcodes":["' + b"\\u0041" * (_MOST // 6 - 10) + b'"]}',
            "surrogates": b'{"postcodes":["' + b"\\ud800" * (_MOST // 6 - 10) + b'"]}',
            "ligatures": b'{"postcodes":["' + LIGATURE.encode() * (_MOST // 3 - 20) + b'"]}',
            "many names": b"{" + b",".join(b'"%d":0' % number for number in range(_MOST // 9)) + b"}",
            "one name": b"{" + b",".join([b'"a":0'] * (_MOST // 6 - 1)) + b"}",
            "many objects": b'{"postcodes":[' + b",".join([b"{}"] * (_MOST // 3 - 20)) + b"]}",
            "many strings": b'{"postcodes":[' + b",".join([b'""'] * (_MOST // 3 - 20)) + b"]}",
            "1,000 postcodes": _postcodes(["B2 4QA"] * 1000),
            "1,000 different postcodes": _postcodes([f"B{n % 40 + 1} {n % 10}A{'ABDEF'[n % 5]}" for n in range(1000)]),
            "1,000 long texts": _postcodes(["B" * 55] * 1000),
            "1,000 ligatures": _postcodes([LIGATURE * 19] * 1000),
            "1,000 spellings to mend": _postcodes(["B1O OAB"] * 1000),
            "1,001 postcodes": _postcodes(["B2 4QA"] * 1001),
            "spaces": b" " * _MOST,
            "UTF-16": _postcodes(["B2 4QA"] * 1000).decode().encode("utf-16"),
            "quotes": b'"' * _MOST,
            "backslashes": b'"' + b"\\" * (_MOST - 1),
            "commas": b"[" + b"," * (_MOST - 1),
            "minus signs": b"-" * _MOST,
            "NUL": bytes(_MOST),
            "bytes that are not text": b"\xff" * _MOST,
            "1 MB": b"[" * 1_000_000,
        },
    )


def csv_bodies() -> Iterator[Body]:
    """Tables, or nearly."""
    head = b"postcode\n"
    yield from _bodies(
        _CSV,
        {
            "rows": head + b"B2 4QA\n" * (_TABLE // 7),
            "different rows": head + b"".join(b"B%d %dAB\n" % (n % 70 + 1, n % 10) for n in range(_TABLE // 8)),
            "quotes": head + b'"' * _TABLE,
            "quotes and line ends": head + b'"\n' * (_TABLE // 2),
            "an open quote": head + b'"' + b"\n" * _TABLE,
            "line ends and quotes in turn": head + b'"\n""\n' * (_TABLE // 5),
            "three quotes a line": head + b'"""\n' * (_TABLE // 4),
            "two quotes a line": head + b'""\n' * (_TABLE // 3),
            "a quote after a letter": head + b'a"\n' * (_TABLE // 3),
            "carriage returns": head + b"\r" * _TABLE,
            "empty lines": head + b"\n" * _TABLE,
            "empty lines of Windows": head + b"\r\n" * (_TABLE // 2),
            "one line": head + b"x" * _TABLE,
            "the longest lines": head + (b"x" * 16_383 + b"\n") * (_TABLE // 16_384),
            "lines a byte too long": head + (b"x" * 16_385 + b"\n") * (_TABLE // 16_386),
            "fields": head + b"," * _TABLE,
            "lines of fields": head + (b"," * _ROW + b"\n") * (_TABLE // _ROW),
            "lines of quoted fields": head + (b'"",' * 5_000 + b"\n") * (_TABLE // 15_001),
            "8,000 columns": b"postcode" + b",a" * 4_000 + b"\n" + b"B2 4QA\n" * (_TABLE // 7),
            "8,000 columns without names": b"postcode" + b"," * 8_000 + b"\n" + b"a\n" * (_TABLE // 2),
            "the most columns": b"postcode" + b"," * 255 + b"\n" + b"a\n" * (_TABLE // 2),
            "no postcodes": b"a,b\n" * (_TABLE // 4),
            "no heading": b"\n" * _TABLE,
            "an open heading": b'"' + b"\n" * _TABLE,
            "NUL": head + b"\0\n" * (_TABLE // 2),
            "bytes that are not text": head + b"\xff\n" * (_TABLE // 2),
            "lines of ligatures": head + (LIGATURE.encode() * 5000 + b"\n") * (_TABLE // 15_001),
            "ligatures": head + (LIGATURE.encode() + b"\n") * (_TABLE // 4),
            "UTF-16": ("postcode\n" + "B2 4QA\n" * (_TABLE // 14)).encode("utf-16"),
            "the longest records": head + (b'"' + b"\n" * _ROW + b'"\n') * (_TABLE // _ROW),
            "records too long": head + (b'"' + b"\n" * 16_500 + b'"\n') * (_TABLE // 16_500),
            "long records of long lines": head + b'"' + (b"x" * 100 + b"\n") * (_TABLE // 101),
        },
    )


def ndjson_bodies() -> Iterator[Body]:
    """Lines of JSON, or nearly."""
    yield from _bodies(
        _NDJSON,
        {
            "strings": b'"B2 4QA"\n' * (_TABLE // 20),
            "objects": b'{"postcode":"B2 4QA"}\n' * (_TABLE // 40),
            "empty lines": b"\n" * _TABLE,
            "numbers": b"1\n" * (_TABLE // 8),
            "one line": b"x" * _TABLE,
            "deep lines": (b"[" * _ROW + b"\n") * (_TABLE // _ROW),
            "deep values": (b'{"a":' + b"[" * 8_000 + b"]" * 8_000 + b"}\n") * (_TABLE // _ROW),
            "giant numbers": (b"9" * _ROW + b"\n") * (_TABLE // _ROW),
            "long strings": (b'"' + b"A" * _ROW + b'"\n') * (_TABLE // _ROW),
            "lines of ligatures": (b'"' + LIGATURE.encode() * 5_000 + b'"\n') * (_TABLE // 15_003),
            "names": (b"{" + b'"a":0,' * 2_600 + b'"postcode":"B2 4QA"}\n') * (_TABLE // 15_700),
            "spaces": (b" " * _ROW + b'"B2 4QA"\n') * (_TABLE // _ROW),
            "bytes that are not text": b"\xff\n" * (_TABLE // 8),
        },
    )


def form_bodies(texts: Mapping[str, str], *fields: str) -> Iterator[Body]:
    """Forms in which one field, or its name, is a hostile text."""
    for field in fields:
        yield from _bodies(
            _FORM, {f"{field} of {name}": f"{field}={text}{text}".encode() for name, text in texts.items()}
        )
    yield from _bodies(_FORM, {f"a name of {name}": f"{text}{text}=1".encode() for name, text in texts.items()})
    yield from _bodies(
        _FORM,
        {
            "many fields": b"a=&" * (_MOST // 3),
            "long fields": b"&".join([b"%41" * 1_000 + b"=1"] * 20),
            "misspelt words": f"{fields[0]}=ladywoof+sparkbroof+nechelz+astton+sohho+edgbastin".encode(),
            "a word in every name": f"{fields[0]}=a".encode(),
            "1 MB": b"a" * 1_000_000,
        },
    )
    yield Body("multipart", "multipart/form-data; boundary=a", b"--a\r\n" * (_MOST // 5))


def _postcodes(texts: list[str]) -> bytes:
    return json.dumps({"postcodes": texts}, ensure_ascii=False).encode()


def _bodies(media_type: str, contents: Mapping[str, bytes]) -> Iterator[Body]:
    limit = _MOST if media_type == _FORM else None
    for name, content in contents.items():
        yield Body(f"{media_type} of {name}", media_type, content if name == "1 MB" else content[:limit])
