"""Does every error reach the caller as a problem with a stable code, and tell nothing that was sent or is inside?"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mem.core import errors
from mem.core.errors import Reason
from mem.http.body import Malformed, StrictRoute, TooLarge, WrongMedia
from mem.http.problems import STATUS, TITLES, Problem, install
from mem.http.unit import NotReady

SECRET = "rosebud"
FROM_DRIVER = Exception(f"table {SECRET} is locked")
REASONS = [Reason("first", "The first.", "/a/0"), Reason("second", "The second.", about="U-1")]


class Stranger(Exception):
    """An error that nobody expects."""


async def ask(app: FastAPI, verb: str, path: str, **more: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://mem.test") as client:
        return await client.request(verb, path, **more)


async def raised(error: Exception) -> httpx.Response:
    """What the caller is answered when this is raised within a route."""
    app = FastAPI()
    install(app)

    @app.get("/")
    def fails() -> None:
        raise error

    return await ask(app, "GET", "/")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotAuthenticated("c", "Words.", REASONS), 401),
        (errors.NotAllowed("c", "Words.", REASONS), 403),
        (errors.Conflict("c", "Words.", REASONS), 409),
        (errors.Refused("c", "Words.", REASONS), 409),
        (errors.Precondition("c", "Words.", REASONS), 412),
        (errors.Precondition("precondition_required", "Words.", REASONS), 428),
        (TooLarge("c", "Words.", REASONS), 413),
        (WrongMedia("c", "Words.", REASONS), 415),
        (Malformed("c", "Words.", REASONS), 400),
        (errors.Invalid("c", "Words.", REASONS), 422),
        (NotReady("c", "Words.", REASONS), 503),
        (type("Later", (errors.Conflict,), {})("c", "Words.", REASONS), 409),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_an_error_of_ours_is_a_problem_with_every_reason(error: errors.MemError, status: int) -> None:
    response = await raised(error)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert response.json() == {
        "type": f"urn:mem:problem:{error.code}", "title": TITLES[status], "status": status, "detail": "Words.",
        "code": error.code,
        "both": [],
        "errors": [
            {"code": "first", "message": "The first.", "where": "/a/0", "about": None},
            {"code": "second", "message": "The second.", "where": None, "about": "U-1"},
        ],
    }  # fmt: skip
    Problem.model_validate(response.json())
    assert response.headers["cache-control"] == "no-store"
    assert response.headers.get("www-authenticate") == ('Bearer realm="mem"' if status == 401 else None)
    assert response.headers.get("retry-after") == ("1" if status == 503 else None)


async def test_what_is_not_there_says_only_that() -> None:
    response = await raised(errors.NotFound())
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    message = "There is nothing here for you."
    assert response.json()["errors"] == [{"code": "not_found", "message": message, "where": None, "about": None}]


def test_every_kind_of_error_of_ours_has_its_status_and_every_status_its_title() -> None:
    def below(kind: type[errors.MemError]) -> set[type[errors.MemError]]:
        return {one for child in kind.__subclasses__() if child.__module__.startswith("mem.") for one in
                ({child} | below(child))}  # fmt: skip

    assert below(errors.MemError) == STATUS.keys()
    assert set(STATUS.values()) <= TITLES.keys()


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError(SECRET, {"value": SECRET}, FROM_DRIVER), 503, "busy"),
        (OperationalError(SECRET, {"value": SECRET}, Exception("database or disk is full")), 507, "storage_full"),
        (errors.StorageFull(), 507, "storage_full"),
        (PoolTimeout(SECRET), 503, "busy"),
        (IntegrityError(SECRET, {"value": SECRET}, FROM_DRIVER), 500, "internal"),
        (DataError(SECRET, {"value": SECRET}, FROM_DRIVER), 500, "internal"),
        (Stranger(SECRET), 500, "internal"),
        (AssertionError(SECRET), 500, "internal"),
        (OSError(f"/data/{SECRET}"), 500, "internal"),
        (HTTPException(404, SECRET), 404, "not_found"),
        (HTTPException(400, SECRET), 400, "malformed"),
        (HTTPException(418, SECRET), 418, "malformed"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_an_error_of_anybody_else_tells_nothing_of_the_inside(
    error: Exception, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "mem.http"):
        response = await raised(error)
    assert (response.status_code, response.json()["code"], response.json()["status"]) == (status, code, status)
    assert response.headers["content-type"] == "application/problem+json"
    assert [one["code"] for one in response.json()["errors"]] == [code]  # never without a reason
    assert response.headers["x-content-type-options"] == "nosniff"  # on a failure of our own as on any answer
    assert response.headers["content-security-policy"]
    assert SECRET not in response.text + str(response.headers.raw)
    assert bool(caplog.records) == (status in (500, 507))  # whoever runs the service is told
    assert SECRET not in caplog.text  # an error's message, or a statement's parameters, may be somebody's words
    if isinstance(error, Stranger):
        assert "Stranger" in caplog.text
        assert "test_problems.py:" in caplog.text


async def test_an_answer_that_breaks_off_tells_nothing_either(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    install(app)

    @app.get("/")
    def breaks() -> StreamingResponse:
        def parts() -> Iterator[bytes]:
            yield b"The beginning"
            raise Stranger(SECRET)

        return StreamingResponse(parts())

    with pytest.raises(RuntimeError, match="broke off") as caught:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://mem.test") as client:
            await client.get("/")
    assert caught.value.__suppress_context__  # the server's own log shows no other
    assert SECRET not in caplog.text


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    n: int


class Taken(BaseModel):
    items: list[Inner]
    by_name: dict[str, int]


def taking() -> FastAPI:
    app = FastAPI()
    app.router.route_class = StrictRoute
    install(app)

    @app.post("/things/{number}")
    def take(number: int, body: Taken, size: int = 0) -> None: ...

    @app.get("/things/{number}")
    def show(number: int) -> None: ...

    return app


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/things/1", {"items": [{"n": 1}, {"n": SECRET}], "by_name": {}}, ["/items/1/n"]),
        ("/things/1", {"items": [], "by_name": {SECRET: SECRET}}, ["/by_name"]),
        ("/things/1", {"items": [{"n": 1, SECRET: 2}], "by_name": {}}, ["/items/0"]),
        ("/things/1", {}, ["/items", "/by_name"]),
        ("/things/1", [], [""]),
        ("/things/x", {"items": [], "by_name": {}}, ["path:number"]),
        ("/things/1?size=x", {"items": [], "by_name": {}}, ["query:size"]),
        ("/things/x?size=x", {"items": [{}], "by_name": {}}, ["path:number", "query:size", "/items/0/n"]),
    ],
)
async def test_content_of_another_form_is_pointed_at_everywhere(path: str, body: Any, where: list[str]) -> None:
    response = await ask(taking(), "POST", path, json=body)
    assert (response.status_code, response.json()["code"]) == (422, "wrong_content")
    errors = response.json()["errors"]
    assert [one["about"] if one["where"] is None else one["where"] for one in errors] == where
    assert all(one["where"] is None or one["where"] == "" or one["where"][0] == "/" for one in errors)
    assert {one["code"] for one in response.json()["errors"]} == {"wrong_value"}
    assert SECRET not in response.text


async def test_who_sends_an_unknown_key_is_told_the_known_ones() -> None:
    response = await ask(taking(), "POST", "/things/1", json={"items": [{"n": 1, SECRET: 2}], "by_name": {}})
    assert [one["message"] for one in response.json()["errors"]] == ["Known keys here: n"]


async def test_who_goes_away_within_a_body_is_nothing_unexpected(caplog: pytest.LogCaptureFixture) -> None:
    coming: list[Any] = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    answers: list[Any] = []

    async def receive() -> Any:
        return coming.pop(0)

    async def send(message: Any) -> None:
        answers.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", b"99")]
    scope = {"type": "http", "method": "POST", "path": "/things/1", "query_string": b"", "headers": headers}
    with caplog.at_level(logging.WARNING):
        await taking()(scope, receive, send)
    assert (answers[0]["status"], caplog.records) == (400, [])


Ask = Callable[[FastAPI], Any]


@pytest.mark.parametrize(
    ("verb", "path", "status", "code", "allow"),
    [
        ("GET", "/nothing", 404, "not_found", None),
        ("DELETE", "/things/1", 405, "method_not_allowed", "GET, HEAD, POST"),
        ("PUT", "/things/1", 405, "method_not_allowed", "GET, HEAD, POST"),
        ("BREW", "/things/1", 405, "method_not_allowed", "GET, HEAD, POST"),
    ],
)
async def test_an_unknown_address_or_method_is_a_problem_too(
    verb: str, path: str, status: int, code: str, allow: str | None
) -> None:
    response = await ask(taking(), verb, path)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers.get("allow") == allow
