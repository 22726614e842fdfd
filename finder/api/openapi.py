"""The table of operations -> OpenAPI 3.1. The schemas come from the types that encode the answers."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from typing import Any, Final

import msgspec

from finder import __version__
from finder.api import json_shapes
from finder.api.documented_parameters import Parameter
from finder.api.examples import REQUESTS, Recorded, Request, below, recorded
from finder.api.operation import Operation
from finder.api.operation_table import DOCUMENTED
from finder.api.operation_tags import TAGS, tag_of
from finder.api.schemas_for_generators import adapt_components
from finder.http.media_types import CSV, JSON, NDJSON, PROBLEM_JSON, TEXT
from finder.http.problem_statuses import KINDS, ProblemKind

POLICY: Final = (
    "Within /api/v1 fields, codes and addresses are only ever added: ignore what you do not know. Anything that would "
    "break a client comes as /api/v2, and v1 then stays for at least twelve months. Shapes under /police-uk/api/ "
    "follow data.police.uk."
)
_REFERENCES: Final = "#/components/schemas/{name}"
_ANYWHERE: Final = ("parameter_unknown", "not_acceptable", "too_many_requests", "no_live_publication", "internal_error")
_ANYWHERE_AT_POLICE_UK: Final = ("too_many_requests", "no_live_publication")
_KEPT: Final = ("ETag", "Cache-Control", "Vary")
_HEADERS: Final = {
    "ETag": "Strong, and another for each content encoding.",
    "Cache-Control": "Public; fresh for a minute, usable stale for four more, or for a day if we cannot be reached.",
    "Vary": "What the answer depends on as well as the address.",
    "RateLimit": "What is left of the allowance, where the operator has set one.",
    "X-Request-ID": "Name it when you report a fault.",
    "Retry-After": "Seconds after which the client may ask again.",
}
_COLUMN: Final = "[A-OQ-Za-oq-z0-9_][A-Za-z0-9_ ]*"
_CSV_PATTERN: Final = rf"^({_COLUMN},)*postcode(,{_COLUMN})*\n"
"""A schema can describe only the first line, which names the columns. Names that begin with p are taken too."""

_schemas: Final = msgspec.json.schema_components


def document(address: str = "", root: str = "") -> dict[str, Any]:
    """Returns the description of the whole API at a public address, whose path is `root`."""
    described: dict[str, Any] = below(root, _document())
    return described | {"servers": [{"url": address or "/"}]}


@cache
def _document() -> dict[str, Any]:
    types = [answer for each in DOCUMENTED for answer in (*each.answers.values(), *each.bodies.values()) if answer]
    named, components = _schemas(
        [*types, json_shapes.Match, json_shapes.Team, json_shapes.Releases, json_shapes.Problem],
        ref_template=_REFERENCES,
    )
    schemas = dict(zip(map(repr, types), named, strict=False))
    paths: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for operation in DOCUMENTED:
        paths[operation.path][operation.method] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Neighbourhood finder",
            "version": __version__,
            "description": f"From a postcode to the neighbourhood policing team of the street. {POLICY}",
            "contact": {"name": "The police force that runs this service"},
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [],
        "paths": dict(paths),
        "security": [],
        "tags": [{"name": name, "description": description} for name, description in TAGS.items()],
        "components": {
            "schemas": adapt_components(components),
            "headers": {name: _header(name) for name in _HEADERS},
        },
    }


def examples_of(operation: str) -> list[tuple[Request, Recorded]]:
    """Returns the recorded requests of an operation with their answers."""
    return [each for each in zip(REQUESTS, recorded(), strict=True) if each[0].operation == operation]


def problems_of(operation: Operation) -> list[ProblemKind]:
    """Returns every problem with which an operation may refuse a request."""
    anywhere = _ANYWHERE if operation.is_api else _ANYWHERE_AT_POLICE_UK if operation.is_police_uk else ()
    conditional = ("precondition_failed",) if anywhere and operation.method == "get" else ()
    return [KINDS[code] for code in (*operation.problems, *conditional, *anywhere)]


def _header(name: str) -> dict[str, Any]:
    return {"description": _HEADERS[name], "schema": {"type": "string"}}


def _operation(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [tag_of(operation.path)],
        "summary": operation.summary,
        "description": operation.description,
        "parameters": [_parameter(each) for each in operation.parameters],
        "responses": {"200": _success(operation, schemas)} | _not_modified(operation) | _refusals(operation),
    }
    if operation.bodies:
        # A line of NDJSON may be anything: one that cannot be read is answered with its problem.
        content = {
            media: _content(type_, schemas, _sent(operation, media)) for media, type_ in operation.bodies.items()
        }
        content[CSV]["schema"] = {"type": "string", "pattern": _CSV_PATTERN}
        content[NDJSON]["schema"] = {}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.where,
        "required": parameter.required,
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _success(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    content = {
        media: _content(type_, schemas, _answered(operation, media)) for media, type_ in operation.answers.items()
    }
    return {"description": operation.summary, "headers": _headers(operation), "content": content} | _links(operation)


def _content(type_: Any, schemas: dict[str, Any], examples: dict[str, Any]) -> dict[str, Any]:
    schema = schemas[repr(type_)] if type_ else {"type": "string"}
    return {"schema": schema} | ({"examples": examples} if examples else {})


def _answered(operation: Operation, media: str) -> dict[str, Any]:
    """Returns the recorded successful answers in a media type."""
    found = examples_of(operation.id)
    return {
        request.title: {"value": answer.body}
        for request, answer in found
        if answer.media_type == media and answer.status < 400  # noqa: PLR2004 - errors start there (RFC 9110)
    }


def _sent(operation: Operation, media: str) -> dict[str, Any]:
    """Returns the recorded request bodies in a media type that were answered successfully."""
    return {
        request.title: {"value": msgspec.json.decode(request.body) if media == JSON else request.body}
        for request, answer in examples_of(operation.id)
        if request.media_type == media and answer.status < 400  # noqa: PLR2004 - the same
    }


def _headers(operation: Operation) -> dict[str, Any]:
    kept = _KEPT if operation.method == "get" and operation.id != "healthz" else ()
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*kept, "X-Request-ID")}


def _links(operation: Operation) -> dict[str, Any]:
    links = {
        name: {"operationId": name, "parameters": {parameter: f"$response.body#{pointer}"}}
        for name, (parameter, pointer) in operation.follows.items()
    }
    return {"links": links} if links else {}


def _not_modified(operation: Operation) -> dict[str, Any]:
    if operation.method != "get" or operation.id == "healthz":
        return {}
    return {"304": {"description": "You have it: `If-None-Match` named its ETag.", "headers": _headers(operation)}}


def _refusals(operation: Operation) -> dict[str, Any]:
    by_status: defaultdict[int, list[ProblemKind]] = defaultdict(list)
    for kind in problems_of(operation):
        by_status[kind.status].append(kind)
    render = _plain if operation.is_police_uk else _problems
    recorded_bodies = {
        answer.body["code"]: answer.body for _, answer in examples_of(operation.id) if answer.media_type == PROBLEM_JSON
    }
    return {str(status): render(kinds, recorded_bodies) for status, kinds in sorted(by_status.items())}


def _problems(kinds: Iterable[ProblemKind], recorded_bodies: dict[str, Any]) -> dict[str, Any]:
    examples = {kind.code: {"value": recorded_bodies.get(kind.code, _made_up(kind))} for kind in kinds}
    return {
        "description": " ".join(kind.explanation for kind in kinds),
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in _headers_of_refusal(kinds)},
        "content": {PROBLEM_JSON: {"schema": {"$ref": _REFERENCES.format(name="Problem")}, "examples": examples}},
    }


def _headers_of_refusal(kinds: Iterable[ProblemKind]) -> tuple[str, ...]:
    limited = any(kind.status == HTTPStatus.TOO_MANY_REQUESTS for kind in kinds)
    return ("X-Request-ID", "RateLimit", "Retry-After") if limited else ("X-Request-ID",)


def _made_up(kind: ProblemKind) -> dict[str, Any]:
    """Makes an example of a problem that cannot happen with the data that ships."""
    problem = json_shapes.Problem(
        f"/problems/{kind.code}", kind.title, kind.status, kind.explanation, kind.code, "0" * 32
    )
    made: dict[str, Any] = msgspec.to_builtins(problem)
    return made


def _plain(kinds: Iterable[ProblemKind], _: dict[str, Any]) -> dict[str, Any]:
    (kind, *_rest) = kinds
    phrase = HTTPStatus(kind.status).phrase
    content = {TEXT: {"schema": {"type": "string"}, "example": phrase}}
    return {"description": kind.explanation, "content": content}
