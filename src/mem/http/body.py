"""Is the body what it claims to be? Read once, within a limit, and strictly: no duplicate keys, no NaN, no NUL, no
lone surrogates, no integers past 2^53. What is refused here has touched nothing."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from mem.core.clock import now
from mem.core.errors import Invalid, Reason
from mem.http.retry import whole_unit

JSON_LIMIT = 1 << 20
FILE_LIMIT = 5 << 20
LARGEST = 2**53 - 1  # beyond it, two integers can look alike to a reader of JSON
DEEPEST = 40


class TooLarge(Invalid):
    """The body is over the limit (413)."""


class Malformed(Invalid):
    """The body is no acceptable JSON (400)."""


class WrongMedia(Invalid):
    """The body is not of the type the route takes (415)."""


class StrictRequest(Request):
    """A request whose body is read strictly; `state.received_at` is set when its last byte has arrived."""

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            limit = FILE_LIMIT if self.state.takes_file else JSON_LIMIT
            chunks, size = [], 0
            async for chunk in self.stream():
                size += len(chunk)
                if size > limit:
                    raise TooLarge("too_large", f"A body here has at most {limit} bytes.")
                chunks.append(chunk)
            self._body = b"".join(chunks)
        self.state.received_at = now()
        self.state.body_sha256 = hashlib.sha256(self._body).hexdigest()
        return self._body

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = strict_json(await self.body())
        return self._json


class StrictRoute(APIRoute):
    """The route class of everything: it makes requests strict before FastAPI looks at them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()
        extra = self.openapi_extra or {}
        takes_file = "x-takes-file" in extra
        takes_json = self.body_field is not None

        async def strict(request: Request) -> Response:
            request.state.action = extra.get("x-action")
            request.state.takes_file = takes_file
            whole = StrictRequest(request.scope, request.receive)
            body = await whole.body()
            if takes_file:
                request.state.body = body
            if takes_json and body:
                if not _is_json(request.headers.get("content-type", "")):
                    raise WrongMedia("wrong_media", "Send application/json.")
                await whole.json()  # here, since FastAPI makes a plain 400 of whatever its own reading raises
            return await whole_unit(handler, whole)

        return strict


def strict_json(data: bytes) -> Any:
    """Parse JSON strictly. Raises `Malformed` with a stable code; nothing of the body is quoted."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed("not_utf8", "The body is not UTF-8.") from None
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_float
        )
    except RecursionError:
        raise _malformed("too_deep", "The body is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise _malformed("not_json", f"The body is no JSON (line {error.lineno}, column {error.colno}).") from None
    _check_depth(value)
    if "\\u" in text:
        _check_text(value, "")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _malformed("duplicate_key", "An object holds one key twice.")
    return found


def _constant(name: str) -> Any:
    raise _malformed("not_a_number", "NaN and infinities are no JSON.")


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > LARGEST:
        raise _malformed("number_out_of_range", "An integer is beyond 2^53 - 1.")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _malformed("number_out_of_range", "A number is out of range.")
    return value


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise _malformed("too_deep", "The body is nested too deeply.")
        level = [
            below
            for item in level
            if isinstance(item, dict | list)
            for below in (item.values() if isinstance(item, dict) else item)
            if isinstance(below, dict | list)
        ]


def _check_text(value: Any, pointer: str) -> None:
    if isinstance(value, dict):
        for key, below in value.items():
            _check_text(key, pointer)
            _check_text(below, f"{pointer}/{_step(key)}")
    elif isinstance(value, list):
        for index, below in enumerate(value):
            _check_text(below, f"{pointer}/{index}")
    elif isinstance(value, str):
        if "\x00" in value:
            raise _malformed("nul", "A text holds a NUL.", pointer)
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise _malformed("lone_surrogate", "A text holds half a surrogate pair.", pointer)


def _step(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _malformed(code: str, message: str, pointer: str | None = None) -> Malformed:
    where = None if pointer is None or not pointer.isprintable() else pointer
    return Malformed(code, message, [Reason(code, message, where)])


def _is_json(content_type: str) -> bool:
    essence = content_type.partition(";")[0].strip().lower()
    return essence == "application/json" or (essence.startswith("application/") and essence.endswith("+json"))
