"""Teaches schemathesis to write a body of newline-delimited JSON."""

from typing import Any

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def write_ndjson(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """Text as it is, surrogates and all."""
    return str(value).encode("utf-8", "surrogatepass")
