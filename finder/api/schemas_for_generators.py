"""Writes the schemas of msgspec in the words of JSON Schema that every generator of clients understands.

| msgspec writes | it becomes | because |
| --- | --- | --- |
| `prefixItems` with `items: false` | an array of a length | generators stop at it |
| `enum` without a type | `enum` of strings | generators make it `unknown` |
| `anyOf` with a discriminator | `oneOf` | with `anyOf` they make one class of all fields |
| `anyOf` inside `anyOf` | one `anyOf` | they make a class for each |
| a title inside another schema | a component of that name | they invent a name |
"""

from typing import Any, Final

_REFERENCE: Final = "#/components/schemas/{name}"

Schema = dict[str, Any]


def adapt_components(components: dict[str, Schema]) -> dict[str, Schema]:
    """Returns the components of a document, with a further one for each inner schema that has a title."""
    adapted: dict[str, Schema] = {}
    for name, schema in components.items():
        members = {key: _adapt(value, adapted) for key, value in schema.items()}
        adapted[name] = _rewrite(members)
    return adapted


def _adapt(value: Any, named: dict[str, Schema]) -> Any:
    """Adapts what is inside a component. Adds inner schemas with a title to `named`, and refers to them."""
    if isinstance(value, list):
        return [_adapt(each, named) for each in value]
    if not isinstance(value, dict):
        return value
    schema = _rewrite({key: _adapt(each, named) for key, each in value.items()})
    title = schema.get("title")
    if not isinstance(title, str):  # `properties` may have a property of this name
        return schema
    named[title] = schema
    return {"$ref": _REFERENCE.format(name=title)}


def _rewrite(schema: Schema) -> Schema:
    if "prefixItems" in schema:
        schema = _as_array(schema)
    if "anyOf" in schema:
        schema = _as_choice(schema)
    if isinstance(schema.get("enum"), list):
        schema = {"type": "string"} | schema
    return schema


def _as_array(schema: Schema) -> Schema:
    members: list[Schema] = schema["prefixItems"]
    kinds = _choices(members)
    rest = {key: value for key, value in schema.items() if key != "prefixItems"}
    items = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return rest | {"items": items, "minItems": len(members), "maxItems": len(members)}


def _as_choice(schema: Schema) -> Schema:
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {"oneOf" if "discriminator" in schema else "anyOf": _choices(schema["anyOf"])} | rest


def _choices(schemas: list[Schema]) -> list[Schema]:
    """Returns the schemas without repetition. One that is itself a plain choice counts as its members."""
    found: list[Schema] = []
    for each in schemas:
        members = each["anyOf"] if set(each) == {"anyOf"} else [each]
        found.extend(member for member in members if member not in found)
    return found
