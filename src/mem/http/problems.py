"""How does an error reach the caller? As RFC 9457 problem+json with a stable code; the one place that knows HTTP
statuses. Nothing that was sent is echoed, and nothing of the inside is told."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mem.core.errors import (
    Conflict,
    Invalid,
    MemError,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Precondition,
    Reason,
    Refused,
    StorageFull,
)
from mem.core.text import HIDDEN
from mem.core.versions import Both
from mem.http.body import Malformed, TooLarge, WrongMedia
from mem.http.constraints import meaning
from mem.http.headers import ALWAYS, UNLESS_SET
from mem.http.pointing import Node, pointed
from mem.http.unit import NotReady

MEDIA_TYPE = "application/problem+json"
UNKNOWN_KEY = "extra_forbidden"
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
STATUS: dict[type[MemError], int] = {
    NotAuthenticated: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    Refused: 409,
    Precondition: 412,
    TooLarge: 413,
    WrongMedia: 415,
    Malformed: 400,
    Invalid: 422,
    NotReady: 503,
    StorageFull: 507,
}
TITLES = {
    400: "The request is malformed", 401: "Who asks is not known", 403: "Not allowed", 404: "Not found",
    405: "Not a method of this address", 409: "Not possible now", 412: "Out of date", 413: "Too large",
    415: "Not a media type taken here", 422: "The content is wrong", 428: "A version tag is needed",
    500: "Something went wrong here", 503: "Busy; ask again",
    507: "No room to store it",
}  # fmt: skip
log = logging.getLogger("mem.http")


class ProblemReason(BaseModel):
    """One reason: a stable code, a sentence, where in the body it points, and what it is about beside."""

    code: str
    message: str
    where: str | None
    about: str | None


class BothVersions(BaseModel):
    """Of one thing that was changed meanwhile, what was sent and what is stored (null: nothing)."""

    where: str
    yours: dict[str, Any]
    newest: dict[str, Any] | None


class Problem(BaseModel):
    """RFC 9457. `code` is stable; `errors` lists every reason; `both` the versions that cannot both stand."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ProblemReason]
    both: list[BothVersions]


def problem(
    status: int, code: str, detail: str, reasons: Iterable[Reason] = (), both: Iterable[Both] = ()
) -> JSONResponse:
    """A problem as a response."""
    body = {
        "type": f"urn:mem:problem:{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [vars(reason) for reason in (*reasons,) or (Reason(code, detail),)],
        "both": [vars(one) for one in both],
    }
    headers = {**ALWAYS, **UNLESS_SET}  # by itself, wherever it is answered
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="mem"'
    if status == 503:
        headers["Retry-After"] = "1"
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def internal() -> JSONResponse:
    return problem(500, "internal", "Something went wrong here; nothing was stored.")


class Unexpected:
    """Answers what nobody expected. Whoever runs the service is told which errors, and where in the code: never their
    messages, which may quote what somebody said. Hence it stands before whatever else would log them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:
            log.error("unexpected %s", "; after ".join(_places(error)))
            if begun or scope["type"] != "http":
                raise RuntimeError("an answer broke off") from None
            await internal()(scope, receive, send)


def _places(error: BaseException | None) -> Iterator[str]:
    """An error and those that led to it, each with the lines it came through."""
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        yield " ".join([type(error).__name__, *(f"{one.filename}:{one.lineno}" for one in frames)])
        error = error.__cause__ or error.__context__


def install(app: FastAPI, page: Callable[[Request], Response | None] = lambda _: None) -> None:
    """Map every kind of error to its problem. `page`: what is shown instead of one where there is nothing, to whoever
    looks for a page there."""

    @app.exception_handler(MemError)
    def of_ours(request: Request, error: MemError) -> JSONResponse:
        if isinstance(error, StorageFull):
            log.error("there is no room to store anything")
        both = error.both if isinstance(error, Precondition) else ()
        return problem(_status(error), error.code, error.message, error.reasons, both)

    @app.exception_handler(RequestValidationError)
    def of_content(request: Request, error: RequestValidationError) -> JSONResponse:
        form = getattr(request.state, "form", {})
        reasons = [_reason(form, one) for one in error.errors()]
        return problem(422, "wrong_content", "The request does not have the form this address takes.", reasons)

    @app.exception_handler(HTTPException)
    def of_framework(request: Request, error: HTTPException) -> Response:
        shown = page(request) if error.status_code == 404 else None
        return shown or _of_address(request, error)

    @app.exception_handler(DBAPIError)
    def of_database(request: Request, error: DBAPIError) -> JSONResponse:
        known = meaning(error)
        if known is not None:
            return of_ours(request, known)
        if isinstance(error, OperationalError):
            return problem(503, "busy", "The database is busy or away; ask again.")
        log.error("database error: %s", type(error.orig).__name__)
        return internal()

    @app.exception_handler(PoolTimeout)
    def of_pool(request: Request, error: PoolTimeout) -> JSONResponse:
        return problem(503, "busy", "The database is busy or away; ask again.")

    app.add_middleware(Unexpected)


def _of_address(request: Request, error: HTTPException) -> JSONResponse:
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "malformed")
    response = problem(error.status_code, code, TITLES.get(error.status_code, "The request failed."))
    response.headers.update({"Allow": ", ".join(_methods(request))} if error.status_code == 405 else {})
    return response


def _reason(form: Node, error: Mapping[str, Any]) -> Reason:
    """Where in the body, as a JSON pointer as far as its keys are known; or what else, as `query:name`, `path:name`,
    `header:name`. The codes of our own checks are told as they are; those of the framework are one to a caller."""
    kind, message, (source, *steps) = error["type"], str(error["msg"]), error["loc"]
    code = kind if kind == HIDDEN else "wrong_value"
    if source != "body":
        return Reason(code, message, about=":".join(str(step) for step in (source, *steps)))
    where, known = pointed(form, steps[:-1] if kind == UNKNOWN_KEY else steps)
    return Reason(code, f"Known keys here: {', '.join(known)}" if kind == UNKNOWN_KEY else message, where)


def _status(error: MemError) -> int:
    if error.code == "precondition_required":
        return 428
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def _methods(request: Request) -> list[str]:
    """Every method of an address, where each of its routes knows but its own. HEAD is GET without a body."""
    routes, scope = request.app.routes, request.scope
    found = [verb for verb in VERBS if any(one.matches({**scope, "method": verb})[0] is Match.FULL for one in routes)]
    return ["GET", "HEAD", *found[1:]] if found[:1] == ["GET"] else found
