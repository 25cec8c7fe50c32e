"""Does the description of the API describe all of it: every route, who may call it, what it takes and answers?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from tests.callers import Api
from tests.road import V1, ok

from mem.http.openapi import HEADERS
from mem.http.problems import MEDIA_TYPE, RESPONSES, Problem
from mem.people.policy import ACTIONS

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
Document = dict[str, Any]


@pytest.fixture
async def document(api: Api) -> Document:
    """As anybody reads it."""
    found: Document = ok(await api.get(f"{V1}/openapi.json"))
    return found


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            yield path, verb, operation


def routes(app: FastAPI) -> list[APIRoute]:
    found = [context.original_route for context in iter_route_contexts(app.routes)]
    return [route for route in found if isinstance(route, APIRoute)]


def test_it_is_openapi_3_1_with_a_name_for_each_operation(document: Document) -> None:
    assert document["openapi"].startswith("3.1.")
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names)) > 40
    for path, verb, operation in operations(document):
        assert path.startswith(f"{V1}/"), path
        assert operation["description"].strip(), (path, verb)
        assert len(operation["tags"]) == 1


def test_every_route_is_described_or_a_page(document: Document, app: FastAPI) -> None:
    """Nothing is reachable that is neither described nor one of the pages, which only read what is published."""
    described = {(path, verb.upper()) for path, verb, _ in operations(document)}
    for route in routes(app):
        pairs = {(route.path_format, verb) for verb in route.methods or ()}
        if route.include_in_schema:
            assert pairs <= described
        else:
            assert (route.openapi_extra or {})["x-action"] == "published.read", route.path
            assert route.methods == {"GET", "HEAD"}, route.path
            assert not route.path.startswith("/api/"), route.path
        described -= pairs
    assert described == set()
    others = [one for one in app.routes if not hasattr(one, "original_router")]
    assert [getattr(one, "path", None) for one in others] == [f"{V1}/openapi.json"]


def test_every_operation_says_its_action_and_who_needs_a_token(document: Document) -> None:
    assert document["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}
    for path, verb, operation in operations(document):
        action = ACTIONS[operation["x-action"]]
        assert operation["security"] == ([{}] if action.open else [{"token": []}]), (path, verb)
        if action.open or action.member:
            assert verb == "get", (path, verb)
    opened = {path for path, _, operation in operations(document) if operation["security"] == [{}]}
    assert opened == {
        f"{V1}/published", f"{V1}/published/{{round}}/{{cycle}}/{{state}}", f"{V1}/health", f"{V1}/ready",
        f"{V1}/mechanisms/{{mechanism}}/plans/{{plan}}", f"{V1}/ledger/checkpoint",
    }  # fmt: skip


def test_every_operation_says_how_its_errors_look(document: Document) -> None:
    for path, verb, operation in operations(document):
        answers = operation["responses"]
        assert {int(status) for status in answers if int(status) >= 400} == set(RESPONSES), (path, verb)
        for status, answer in answers.items():
            if int(status) >= 400:
                assert answer["content"] == {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    problem = document["components"]["schemas"]["Problem"]
    assert set(problem["required"]) == set(Problem.model_fields)


def test_every_operation_answers_success_with_one_status_and_a_shape(document: Document) -> None:
    for path, verb, operation in operations(document):
        ((status, answer),) = [(s, a) for s, a in operation["responses"].items() if int(s) < 400]
        assert status in ("200", "201"), (path, verb)
        assert status == "200" or verb == "post", (path, verb)
        ((media, content),) = answer["content"].items()
        if media == "application/json":
            assert content["schema"], (path, verb)
        else:
            assert (media, operation["operationId"]) == ("application/octet-stream", "evidence_content")


def test_every_command_says_which_headers_it_takes(document: Document) -> None:
    """A POST its key, a change of something that exists its version; reading takes neither."""
    for path, verb, operation in operations(document):
        headers = {one["name"].lower() for one in operation.get("parameters", []) if one["in"] == "header"}
        expected = {"get": set(), "put": {"if-match", "if-none-match"}, "post": {"idempotency-key"}}[verb]
        if path.endswith("/transitions") and verb == "post":
            expected = expected | {"if-match"}
        assert headers == expected, (path, verb)
        for one in operation.get("parameters", []):
            if one["in"] == "header":
                either = verb == "put"  # the version that was seen, or that there was none
                assert one["required"] is not either, (path, verb)
                assert one["schema"] == HEADERS[one["name"].lower()], (path, verb)


def example_in(document: Document, schema: Document, above: tuple[str, ...] = ()) -> bool:
    """Whether a schema, or anything within it, gives an example."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        inside = document["components"]["schemas"][name]
        return name not in above and example_in(document, inside, (*above, name))
    below = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    below += [schema["items"]] if "items" in schema else []
    return "examples" in schema or any(example_in(document, one, above) for one in below)


def test_every_body_is_strict_and_gives_an_example(document: Document) -> None:
    for path, verb, operation in operations(document):
        if "requestBody" not in operation:
            assert verb == "get" or path.endswith(("/hand-in", "/end", "/revocation")), (path, verb)
            continue
        assert operation["requestBody"]["required"], (path, verb)
        for media, content in operation["requestBody"]["content"].items():
            if media != "application/json":
                assert content["schema"] == {"type": "string", "format": "binary"}, (path, verb)
                continue
            assert example_in(document, content["schema"]), (path, verb)
            name = content["schema"]["$ref"].rpartition("/")[2]
            assert document["components"]["schemas"][name]["additionalProperties"] is False, name
