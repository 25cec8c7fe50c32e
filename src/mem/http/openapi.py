"""What does the description of the API say beyond its routes? Who must show a token, and how errors look."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from mem.http.problems import Problem
from mem.people.policy import ACTIONS


def describe(app: FastAPI) -> None:
    """Complete the OpenAPI document: bearer tokens, which operations need one, and the schema of problems."""
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
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = complete  # type: ignore[method-assign]
