"""What does the description of the API say beyond its routes? Who must show a token, which headers a command needs,
and how errors look."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from mem.http.problems import Problem
from mem.http.unit import KEY, TAG
from mem.people.policy import ACTIONS

HEADERS: dict[str, dict[str, Any]] = {
    "idempotency-key": {"type": "string", "pattern": KEY.pattern},
    "if-match": {"type": "string", "pattern": TAG.pattern},
    "if-none-match": {"type": "string", "const": "*"},
}


def describe(app: FastAPI) -> None:
    """Complete the OpenAPI document: bearer tokens, which operations need one, the headers of commands, and the schema
    of problems."""
    plain = app.openapi

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            parts = document.setdefault("components", {})
            parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            parts["schemas"].update(schema.pop("$defs"))
            parts["schemas"]["Problem"] = schema
            for operations in document["paths"].values():
                for operation in operations.values():
                    operation["security"] = [{}] if ACTIONS[operation["x-action"]].open else [{"token": []}]
                    _describe_headers(operation)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = complete  # type: ignore[method-assign]


def _describe_headers(operation: dict[str, Any]) -> None:
    """To FastAPI they are all optional, so that the door can refuse their absence with codes of its own."""
    headers = {one["name"].lower(): one for one in operation.get("parameters", ()) if one["in"] == "header"}
    for name, header in headers.items():
        header["schema"] = HEADERS[name]
        header["required"] = name == "idempotency-key" or (name == "if-match" and "if-none-match" not in headers)
