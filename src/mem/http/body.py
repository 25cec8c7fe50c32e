"""Is the body what it claims to be? Read once, within a limit, and strictly: no duplicate keys, no NaN, no NUL, no
lone surrogates, no integers past 2^53. What is refused here has touched nothing."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from mem.core.clock import now
from mem.core.errors import Invalid, Reason
from mem.http.pointing import Node, Steps, form_of, pointed
from mem.http.query import check_query, parameters_of
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
            try:
                async for chunk in self.stream():
                    size += len(chunk)
                    if size > limit:
                        raise TooLarge("too_large", f"A body here has at most {limit} bytes.")
                    chunks.append(chunk)
            except ClientDisconnect:  # which nobody is told any more
                raise Malformed("incomplete", "The body did not arrive whole.") from None
            self._body = b"".join(chunks)
        self.state.received_at = now()
        self.state.body_sha256 = hashlib.sha256(self._body).hexdigest()
        return self._body

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = strict_json(await self.body(), self.state.form)
        return self._json


class StrictRoute(APIRoute):
    """The route class of everything: it makes requests strict before FastAPI looks at them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()
        extra = self.openapi_extra or {}
        takes_file = "x-takes-file" in extra
        takes_json, form = self.body_field is not None, form_of(self)
        parameters = parameters_of(self) if self.include_in_schema else None

        async def strict(request: Request) -> Response:
            request.state.action = extra.get("x-action")
            request.state.takes_file = takes_file
            request.state.form = form
            if parameters is not None:  # whoever links to a page adds what they like
                check_query(request.scope["query_string"], parameters)
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


def strict_json(data: bytes, form: Node | None = None) -> Any:
    """Parse JSON strictly. Raises `Malformed` with a stable code, and a pointer to each place as far as its keys are
    known to the `form` that is taken; nothing else of the body is quoted."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed([("not_utf8", "The body is not UTF-8.", None)]) from None
    reader = _Reader()
    try:
        value = json.loads(
            text,
            object_pairs_hook=reader.object,
            parse_constant=reader.constant,
            parse_int=reader.integer,
            parse_float=reader.float,
        )
    except RecursionError:
        raise _malformed([_TOO_DEEP]) from None
    except json.JSONDecodeError as error:
        message = f"The body is no JSON (line {error.lineno}, column {error.colno})."
        raise _malformed([("not_json", message, None)]) from None
    _check_depth(value)
    if reader.bad or "\\u" in text:
        found = [(one.code, one.message, pointed(form or {}, steps)[0]) for steps, one in _faults(value, ())]
        if found:
            raise _malformed(found)
    return value


@dataclass(frozen=True)
class _Bad:
    """What stands in the place of what cannot be taken, until it is known where that is."""

    code: str
    message: str


class _Reader:
    """What JSON's own reader takes and we do not is read as `_Bad`."""

    bad = False

    def object(self, pairs: list[tuple[str, Any]]) -> Any:
        found = dict(pairs)
        return found if len(found) == len(pairs) else self._bad("duplicate_key", "An object holds one key twice.")

    def constant(self, name: str) -> Any:
        return self._bad("not_a_number", "NaN and infinities are no JSON.")

    def integer(self, digits: str) -> Any:
        if len(digits) > 17 or abs(int(digits)) > LARGEST:
            return self._bad("number_out_of_range", "An integer is beyond 2^53 - 1.")
        return int(digits)

    def float(self, digits: str) -> Any:
        value = float(digits)
        return value if math.isfinite(value) else self._bad("number_out_of_range", "A number is out of range.")

    def _bad(self, code: str, message: str) -> _Bad:
        self.bad = True
        return _Bad(code, message)


_TOO_DEEP = ("too_deep", "The body is nested too deeply.", None)


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise _malformed([_TOO_DEEP])
        level = [
            below
            for item in level
            if isinstance(item, dict | list)
            for below in (item.values() if isinstance(item, dict) else item)
            if isinstance(below, dict | list)
        ]


def _faults(value: Any, steps: Steps) -> Iterator[tuple[Steps, _Bad]]:
    """Everything that cannot be taken, and where; a key is pointed at by its object."""
    if isinstance(value, _Bad):
        yield steps, value
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from _faults(key, steps)
            yield from _faults(below, (*steps, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _faults(below, (*steps, index))
    elif isinstance(value, str):
        if "\x00" in value:
            yield steps, _Bad("nul", "A text holds a NUL.")
        elif any("\ud800" <= letter <= "\udfff" for letter in value):
            yield steps, _Bad("lone_surrogate", "A text holds half a surrogate pair.")


def _malformed(faults: Sequence[tuple[str, str, str | None]]) -> Malformed:
    code, message, _ = faults[0]
    return Malformed(code, message, [Reason(*fault) for fault in faults])


def _is_json(content_type: str) -> bool:
    essence = content_type.partition(";")[0].strip().lower()
    return essence == "application/json" or (essence.startswith("application/") and essence.endswith("+json"))
