"""Does the description of the API describe all of it: every route, who may call it, what it takes and answers?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import isfunction, ismodule
from types import CodeType
from typing import Any

import jsonschema_rs
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from tests.callers import Api, person
from tests.road import V1, ok, road

from mem.core.errors import Precondition
from mem.http.openapi import HEADERS
from mem.http.problems import MEDIA_TYPE, Problem
from mem.people.actions import ACTIONS

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
            assert route.methods == {"GET"}, route.path  # and so HEAD
            assert not route.path.startswith("/api/"), route.path
        described -= pairs
    assert described == set()
    others = [one for one in app.routes if not hasattr(one, "original_router")]
    assert [getattr(one, "path", None) for one in others] == [f"{V1}/openapi.json"]


OF_EVERYBODY = {"approval.settle", "conflict.declare", "openings.close"}
"""What any member does; whose it is, is asked where it is done."""


def test_every_operation_says_its_action_and_who_needs_a_token(document: Document) -> None:
    assert document["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}
    for path, verb, operation in operations(document):
        action = ACTIONS[operation["x-action"]]
        assert operation["security"] == ([{}] if action.open else [{"token": []}]), (path, verb)
        if action.open or (action.member and action.code not in OF_EVERYBODY):
            assert verb == "get", (path, verb)
    opened = {path for path, _, operation in operations(document) if operation["security"] == [{}]}
    assert opened == {
        f"{V1}/published", f"{V1}/published/{{round}}/{{cycle}}/{{state}}", f"{V1}/health", f"{V1}/ready",
        f"{V1}/mechanisms/{{mechanism}}/plans/{{plan}}", f"{V1}/ledger/checkpoint", f"{V1}/sandbox/clock",
    }  # fmt: skip


ERRORS = {
    "me": "401 403 422 503",
    "rounds": "401 403 422 503",
    "round": "401 403 404 422 503",
    "published": "422 503",
    "published_report": "404 422 503",
    "checkpoint": "404 422 503",
    "health": "422 503",
    "evidence_content": "401 403 404 422 503",
    "open_round": "400 401 403 409 413 415 422 503 507",
    "enrol": "400 401 403 404 409 413 415 422 503 507",
    "hand_in": "400 401 403 404 409 422 503 507",
    "attach_file": "400 401 403 404 409 413 422 503 507",
    "give_answers": "400 401 403 404 409 412 413 415 422 503 507",
    "write_findings": "400 401 403 404 409 412 413 415 422 503 507",
    "give_answer": "400 401 403 404 409 412 413 415 422 428 503 507",
    "advance_round": "400 401 403 404 409 412 413 415 422 428 503 507",
}
"""One operation of each sort, with the errors that it can answer."""


def test_an_operation_names_the_errors_that_it_can_answer_and_no_other(document: Document) -> None:
    found = {one["operationId"]: one["responses"] for _, _, one in operations(document)}
    for name, expected in ERRORS.items():
        assert [status for status in found[name] if int(status) >= 400] == expected.split(), name
    for _, verb, operation in operations(document):
        errors = {int(status) for status in operation["responses"] if int(status) >= 400}
        assert not errors & {400, 409, 412, 413, 415, 428} or verb != "get"
        assert errors & {401, 403} == (set() if ACTIONS[operation["x-action"]].open else {401, 403})


def test_what_can_be_out_of_date_says_so(document: Document, app: FastAPI) -> None:
    """Every route from which a `Precondition` can be reached, by the names in the code that it runs, and no other but
    the approval of what takes two persons, which is done by a table."""
    found = {one["operationId"]: one["responses"] for _, _, one in operations(document)}
    stale = {route.operation_id for route in routes(app) if raises(route.endpoint, Precondition)}
    assert {"speak", "give_answer", "advance_round"} <= stale
    assert {name for name, responses in found.items() if "412" in responses} == stale | {"second"}


def raises(function: Any, error: type[Exception]) -> bool:
    """Whether a function, or one of ours that it names, names an error."""
    seen, ahead = {function}, [function]
    while ahead:
        one = ahead.pop()
        names = {name for code in codes_of(one.__code__) for name in code.co_names}
        named = [one.__globals__[name] for name in names & one.__globals__.keys()]
        if error in named:
            return True
        within = [vars(value)[name] for value in named if ismodule(value) for name in names & vars(value).keys()]
        for other in named + within:
            if isfunction(other) and other not in seen and other.__module__.startswith("mem."):
                seen.add(other)
                ahead.append(other)
    return False


def codes_of(code: CodeType) -> Iterator[CodeType]:
    """The code of a function and of those made in it."""
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from codes_of(one)


def test_every_error_is_a_problem_with_reasons(document: Document) -> None:
    for _, _, operation in operations(document):
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert answer["content"] == {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    schemas = document["components"]["schemas"]
    assert set(schemas["Problem"]["required"]) == set(Problem.model_fields)
    assert set(schemas["ProblemReason"]["required"]) == {"code", "message", "where", "about"}
    assert not schemas.keys() & {"HTTPValidationError", "ValidationError"}


async def test_a_tag_is_described_where_one_is_sent_and_nowhere_else(api: Api, document: Document) -> None:
    found = await road(api, "published")
    known = {"evaluation": found.evaluations["BRB"], "round": found.round, "cycle": found.cycle, "question": "is_1_1",
             "mechanism": "mem", "plan": "hemispheric-2016-2020", "state": "BRB"}  # fmt: skip
    tagged = set()
    for path, verb, operation in operations(document):
        names = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
        if verb != "get" or not names <= known.keys() or operation["operationId"] in ("candidates", "checkpoint"):
            continue
        public = {"round": found.code, "cycle": "main"} if "/published/" in path else {}
        answer = await found.cast.officer.get(path.format(**{**known, **public}))
        assert answer.status_code in (200, 403, 404), path
        if answer.status_code == 200:
            assert ("etag" in answer.headers) == ("headers" in operation["responses"]["200"]), path
            tagged |= {operation["operationId"]} if "etag" in answer.headers else set()
    assert tagged >= {"evaluation", "answer", "report", "round_transitions", "published", "published_report"}
    assert (
        "ETag"
        in document["paths"][f"{V1}/evaluations/{{evaluation}}/answers/{{question}}"]["put"]["responses"]["200"][
            "headers"
        ]
    )


def test_every_operation_answers_success_with_one_status_and_a_shape(document: Document) -> None:
    for path, verb, operation in operations(document):
        answers = [(s, a) for s, a in operation["responses"].items() if int(s) < 300]
        statuses = [int(status) for status, _ in answers]
        assert len(statuses) == 1 or statuses == sorted({min(statuses), 202}), (path, verb)  # done, or to be approved
        status, answer = answers[0]
        assert status in ("200", "201", "202"), (path, verb)
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
        expected = {"get": set(), "put": {"if-match"}, "post": {"idempotency-key"}}[verb]
        if path.endswith("/transitions") and verb == "post":
            expected = expected | {"if-match"}
        first = "if-none-match" in headers  # what is not there yet can be put for the first time
        assert headers - {"if-none-match"} == expected, (path, verb)
        assert verb == "put" or not first, (path, verb)
        for one in operation.get("parameters", []):
            if one["in"] == "header":
                assert one["required"] is not first  # the version that was seen, or that there was none, (path, verb)
                assert one["schema"] == HEADERS[one["name"].lower()], (path, verb)


def bodies(document: Document) -> Iterator[tuple[str, Document]]:
    for _, _, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            yield operation["operationId"], content["application/json"]


def test_the_example_of_every_body_fits_its_schema_and_is_whole(document: Document) -> None:
    found = dict(bodies(document))
    for body in found.values():
        whole = {**body["schema"], "components": document["components"]}
        jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(body["example"])
    assert found["speak"]["example"]["stances"][0]["version"] == 1
    assert found["give_answer"]["example"] == {"value": True}
    assert len(found) > 12


async def test_the_example_of_every_body_is_taken_for_what_it_is(api: Api, document: Document) -> None:
    """Whether it may be done is another matter: what it speaks of is nowhere."""
    officer = person(api, "mem_unit")
    for path, verb, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            headers = {"If-Match": '"v1"', "Idempotency-Key": operation["operationId"].ljust(8, "-")}
            address = re.sub(r"{(?!question|name|unit)\w+}", str(officer.person_id), path)
            address = address.format(question="is_1_1", name="hearing", unit="IS-1")
            answer = await officer.send(verb.upper(), address, headers, json=content["application/json"]["example"])
            assert answer.status_code < 500, path
            assert answer.json().get("code") not in ("wrong_content", "not_json"), (path, answer.text)


NO_BODY = ("/hand-in", "/end", "/revocation", "/second", "/withdraw", "/close")


def test_every_body_is_strict_and_gives_an_example(document: Document) -> None:
    for path, verb, operation in operations(document):
        if "requestBody" not in operation:
            assert verb == "get" or path.endswith(NO_BODY), (path, verb)
            continue
        assert operation["requestBody"]["required"], (path, verb)
        for media, content in operation["requestBody"]["content"].items():
            if media != "application/json":
                assert content["schema"] == {"type": "string", "format": "binary"}, (path, verb)
                continue
            name = content["schema"]["$ref"].rpartition("/")[2]
            assert document["components"]["schemas"][name]["additionalProperties"] is False, name
