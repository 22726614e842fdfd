"""The OpenAPI document is valid, and says what linters and generators of clients ask for."""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from finder.api.openapi import document
from finder.api.schemas_for_generators import adapt_components


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(msgspec.json.encode(document()))
    return sent


def operations(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (operation for methods in described["paths"].values() for operation in methods.values())


def schemas_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a value."""
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from schemas_in(each)


def test_the_document_is_valid_openapi_3_1(described: dict[str, Any]) -> None:
    faults = [str(each) for each in OpenAPIV31SpecValidator(described).iter_errors()]

    assert faults == []


def test_the_document_names_a_contact(described: dict[str, Any]) -> None:
    assert described["info"]["contact"]["name"]


def test_every_operation_parameter_response_and_header_is_described(described: dict[str, Any]) -> None:
    texts = [described["info"]["description"]]
    for operation in operations(described):
        texts += [operation["summary"], operation["description"]]
        texts += [parameter["description"] for parameter in operation["parameters"]]
        texts += [response["description"] for response in operation["responses"].values()]
    texts += [header["description"] for header in described["components"]["headers"].values()]
    texts += [schema.get("description", schema["title"]) for schema in described["components"]["schemas"].values()]

    assert [text for text in texts if not re.search(r"\w", text)] == []


def test_every_list_of_values_has_a_type(described: dict[str, Any]) -> None:
    lists = [each for each in schemas_in(described["components"]) if isinstance(each.get("enum"), list)]

    assert lists
    assert [each for each in lists if each.get("type") != "string"] == []


def test_a_choice_by_discriminator_is_a_component_of_its_own(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]

    assert {each["$ref"] for each in schemas["Geometry"]["oneOf"]} == {
        "#/components/schemas/Polygon", "#/components/schemas/MultiPolygon",
    }  # fmt: skip
    assert schemas["Boundary"]["properties"]["geometry"]["anyOf"][0] == {"$ref": "#/components/schemas/Geometry"}


def test_a_tuple_becomes_an_array_whose_items_are_named_once() -> None:
    tuple_of = {"type": "array", "items": False, "prefixItems": [{"type": "string"}, {"type": "null"}]}
    nested = {"prefixItems": [{"type": "string"}, {"anyOf": [{"type": "string"}, {"type": "null"}]}], "items": False}

    adapted = adapt_components({"One": tuple_of, "Two": nested})

    items = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert adapted["One"] == {"type": "array", "items": items, "minItems": 2, "maxItems": 2}
    assert adapted["Two"] == {"items": items, "minItems": 2, "maxItems": 2}


def test_a_property_called_title_or_enum_is_left_alone() -> None:
    schema = {"title": "Page", "properties": {"title": {"type": "string"}, "enum": {"type": "integer"}}}

    assert adapt_components({"Page": schema}) == {"Page": schema}
