"""Describes tuples as arrays of a length: generators of clients stop at `prefixItems` with `items: false`."""

from typing import Any


def replace_tuples(schema: Any) -> Any:
    """Returns a JSON schema in which each tuple is an array of as many items of its types."""
    if isinstance(schema, list):
        return [replace_tuples(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    replaced = {name: replace_tuples(value) for name, value in schema.items() if name != "prefixItems"}
    if "prefixItems" in schema:
        kinds: list[Any] = []
        for each in map(replace_tuples, schema["prefixItems"]):
            if each not in kinds:
                kinds.append(each)
        length = len(schema["prefixItems"])
        items = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
        replaced |= {"items": items, "minItems": length, "maxItems": length}
    return replaced
