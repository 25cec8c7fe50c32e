"""What does the description of the API say beyond its routes? Who must show a token, which headers a command needs,
what each field means, an example of each body, and which errors an operation can answer: all by rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from mem.http.problems import MEDIA_TYPE, TITLES, Problem
from mem.http.unit import KEY, TAG
from mem.people.actions import ACTIONS

Node = dict[str, Any]
HEADERS: dict[str, Node] = {
    "idempotency-key": {"type": "string", "pattern": KEY.pattern},
    "if-match": {"type": "string", "pattern": TAG.pattern},
    "if-none-match": {"type": "string", "const": "*"},
}
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_OF_FASTAPI = "422"  # by rules of its own
_UNUSED = ("HTTPValidationError", "ValidationError")  # FastAPI's own errors, which never leave the house


def describe(app: FastAPI, meaning: Mapping[str, str]) -> None:
    """Complete the OpenAPI document. `meaning`: what a field or parameter of a name means, or of one shape
    (`Shape.name`)."""
    plain = app.openapi

    def complete() -> Node:
        if app.openapi_schema is None:
            document = plain()
            parts = document.setdefault("components", {})
            parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            schemas = parts["schemas"]
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= problem.pop("$defs") | {"Problem": problem}
            for name in _UNUSED:
                schemas.pop(name, None)
            for name, schema in schemas.items():
                for field, said in schema.get("properties", {}).items():
                    _say(said, meaning.get(f"{name}.{field}") or meaning.get(field))
            for operations in document["paths"].values():
                for verb, operation in operations.items():
                    _complete(verb, operation, schemas, meaning)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = complete  # type: ignore[method-assign]


def _complete(verb: str, operation: Node, schemas: Node, meaning: Mapping[str, str]) -> None:
    is_open = ACTIONS[operation["x-action"]].open
    operation["security"] = [{}] if is_open else [{"token": []}]
    operation["summary"] = operation["description"].partition(". ")[0].rstrip(".") + "."
    parameters = operation.get("parameters", [])
    for one in parameters:
        _say(one, meaning.get(one["name"]))
    headers = {one["name"].lower(): one for one in parameters if one["in"] == "header"}
    for name, header in headers.items():
        # To FastAPI they are all optional, so that the door can refuse their absence with codes of its own.
        header["schema"] = HEADERS[name]
        header["required"] = name == "idempotency-key" or (name == "if-match" and "if-none-match" not in headers)
    body = operation.get("requestBody", {}).get("content", {})
    if "application/json" in body:
        body["application/json"]["example"] = example(body["application/json"]["schema"], schemas)
    answers = {status: said for status, said in operation["responses"].items() if int(status) < 400}
    declared = {int(status) for status in operation["responses"].keys() - answers.keys() - {_OF_FASTAPI}}
    errors = {str(status): {"description": TITLES[status], "content": _PROBLEM} for status in
              sorted(declared.union(_errors(verb, is_open, headers.keys(), parameters, body)))}  # fmt: skip
    operation["responses"] = answers | errors


def _errors(verb: str, is_open: bool, headers: Any, parameters: list[Node], body: Node) -> Iterator[int]:
    """The statuses that an operation can answer besides its success, and besides what it declares itself."""
    yield from (422, 503)
    if not is_open:
        yield from (401, 403)
    if any(one["in"] != "header" for one in parameters):
        yield 404
    if verb != "get":
        yield from (400, 409, 507)
    if body:
        yield 413
    if "application/json" in body:
        yield 415
    if "if-match" in headers:
        yield from (412, 428)


def example(schema: Node, schemas: Node) -> Any:
    """A value that fits a schema, from the examples of its fields: with each field that is required or has one."""
    if "examples" in schema:
        return schema["examples"][0]
    if "default" in schema:
        return schema["default"]
    found = _resolved(schema, schemas)
    if "properties" in found:
        required = found.get("required", [])
        values = {name: example(said, schemas) for name, said in found["properties"].items()}
        return {name: value for name, value in values.items() if value is not None or name in required}
    if "items" in found:
        return [example(found["items"], schemas)]
    return found["enum"][0] if "enum" in found else None


def _resolved(schema: Node, schemas: Node) -> Node:
    return schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _say(said: Node, meaning: str | None) -> None:
    if meaning is not None:
        said.setdefault("description", meaning)
