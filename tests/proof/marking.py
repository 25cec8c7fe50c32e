"""Where did somebody's words go? Every text that is sent gets a mark of its own, which is then looked for in whatever
the service says of itself, in each form in which it might stand there."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

import httpx

TEXTS = frozenset({"name", "label", "title", "reason", "text", "not_applicable", "recommendation", "dissent",
                   "changed_text"})  # fmt: skip
"""Fields in which somebody says something; `value` too, where it is a sentence."""


@dataclass
class Marks:
    """The marks given so far, and other secrets (tokens), each with what it is of."""

    draw: Random
    given: dict[str, str] = field(default_factory=dict)

    def new(self, of: str) -> str:
        """A mark that no escaping leaves as it is: letters of several kinds around."""
        mark = f'{self.draw.getrandbits(48):012x}é&"{self.draw.getrandbits(48):012x}'
        self.given[mark] = of
        return mark

    def found_in(self, said: bytes) -> list[str]:
        """What the marks are of that stand, in any form, in what was said."""
        return sorted({of for mark, of in self.given.items() if any(form in said for form in forms(mark))})

    def marked(self, body: Any, name: str = "") -> Any:
        """A body with a mark in each of its texts."""
        if isinstance(body, dict):
            said = name in TEXTS  # a text by language
            return {key: self.marked(one, name if said else key) for key, one in body.items()}
        if isinstance(body, list):
            return [self.marked(one, name) for one in body]
        if isinstance(body, str) and (name in TEXTS or (name == "value" and " " in body)):
            return f"{body} {self.new(name)}"
        return body


def forms(secret: str) -> Iterator[bytes]:
    """A secret as it is, escaped for JSON, Python, and addresses, in base64 wherever it begins, and hashed."""
    raw = secret.encode()
    yield raw
    yield json.dumps(secret)[1:-1].encode()
    yield json.dumps(secret, ensure_ascii=False)[1:-1].encode()
    yield repr(raw)[2:-1].encode()
    yield quote(secret, safe="").encode()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + raw)
        yield coded[(4 if before else 0) : -4]
    yield hashlib.sha256(raw).hexdigest().encode()


@dataclass
class Marking(httpx.AsyncBaseTransport):
    """Sends over another transport, with marks in whatever JSON is sent, and keeps what was refused."""

    inner: httpx.AsyncBaseTransport
    marks: Marks
    refused: list[bytes] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("content-type") == "application/json" and request.content[:1] == b"{":
            body = json.dumps(self.marks.marked(json.loads(request.content))).encode()
            headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"content-length"]
            request = httpx.Request(request.method, request.url, headers=headers, content=body)
        response = await self.inner.handle_async_request(request)
        await response.aread()
        self.statuses[response.status_code] = self.statuses.get(response.status_code, 0) + 1
        if response.is_error:
            self.refused.append(repr(response.headers.raw).encode() + response.content)
        return response

    async def aclose(self) -> None:
        await self.inner.aclose()
