"""How is what anybody may keep asked for again? By a strong tag, and the answer is 304 while it is the same."""

from __future__ import annotations

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ABOUT_A_BODY = ("content-length", "content-type")


class Kept:
    """Tags every answer that is `public`, all of which are sent in one piece. It stands inside of what compresses, so
    the tag also tells apart what is compressed from what is not: a strong tag is one of bytes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        asked, started = Headers(scope=scope), list[Message]()

        async def tagging(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_kept(message):
                started.append(message)
                return
            if started:
                start = started.pop()
                tag = _tag(message.get("body", b""), "gzip" in asked.get("accept-encoding", ""))
                headers = MutableHeaders(scope=start)
                headers["ETag"] = tag
                if _matches(tag, asked.get("if-none-match", "")):
                    for name in ABOUT_A_BODY:
                        del headers[name]
                    start, message = {**start, "status": 304}, {**message, "body": b""}
                await send(start)
            await send(message)

        await self.app(scope, receive, tagging)


def _is_kept(start: Message) -> bool:
    cached = Headers(raw=start["headers"]).get("cache-control", "")
    return start["status"] == 200 and cached.startswith("public")


def _tag(body: bytes, compressed: bool) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}{"-gzip" if compressed else ""}"'


def _matches(tag: str, asked: str) -> bool:
    return asked.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in asked.split(","))
