"""How does a program talk to `mem`? A small HTTP client; imports nothing of `mem`, and alone imports httpx."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

ATTEMPTS = 5
"""How often a request is sent before a busy server is given up."""


class Problem(Exception):
    """An answer that is no success: status, stable code, and every reason as `{code, message, where, about}`."""

    def __init__(self, status: int, body: Mapping[str, Any], asked: str) -> None:
        self.status = status
        self.code = str(body.get("code", ""))
        self.errors: list[dict[str, Any]] = list(body.get("errors", []))
        shown = "; ".join(f"{one['code']} {one['where'] or one.get('about') or ''}".strip() for one in self.errors[:5])
        super().__init__(f"{asked}: {status} {self.code} {body.get('detail', '')} {shown}".strip())


@dataclass
class Server:
    """A server and how many requests it was sent; shared by all threads and persons."""

    base_url: str
    requests: int = 0
    _http: httpx.Client = field(init=False, repr=False)
    _lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        limits = httpx.Limits(max_connections=32, max_keepalive_connections=32)
        headers = {"Accept-Encoding": "identity"}  # on loopback, compressing costs more than it saves
        self._http = httpx.Client(base_url=self.base_url, timeout=60.0, limits=limits, headers=headers)

    def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        """One request; 503 is asked again with the same headers, hence the same key. Raises `Problem`."""
        for attempt in range(1, ATTEMPTS + 1):
            with self._lock:
                self.requests += 1
            response = self._http.request(method, "/api/v1" + path, **how)
            if response.status_code != 503 or attempt == ATTEMPTS:
                break
            time.sleep(0.2 * attempt)
        if response.is_success:
            return response
        try:
            body = response.json()
        except ValueError:
            body = {}
        raise Problem(response.status_code, body, f"{method} {path}")

    def wait(self, seconds: float) -> bool:
        """Whether the server answers within so many seconds."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if self._http.get("/api/v1/health").is_success:
                    return True
            except httpx.TransportError:
                time.sleep(0.05)
        return False

    def close(self) -> None:
        self._http.close()


@dataclass(frozen=True)
class Caller:
    """One person's way in: a server and a token."""

    server: Server
    token: str = field(repr=False)

    def get(self, path: str, **query: Any) -> Any:
        return self.server.ask("GET", path, params=query, headers=self._headers()).json()

    def post(self, path: str, body: Any = None) -> Any:
        """A command, with a key of its own."""
        return self.server.ask("POST", path, json=body, headers=self._headers(key=True)).json()

    def post_file(self, path: str, data: bytes, media_type: str, **query: Any) -> Any:
        headers = {**self._headers(key=True), "Content-Type": media_type}
        return self.server.ask("POST", path, content=data, params=query, headers=headers).json()

    def put(self, path: str, body: Any, base: int) -> Any:
        """A new version on the one that was seen; 0 for a first write."""
        tag = {"If-None-Match": "*"} if base == 0 else {"If-Match": f'"v{base}"'}
        return self.server.ask("PUT", path, json=body, headers={**self._headers(), **tag}).json()

    def fire(self, path: str, trigger: str, version: int, **payload: Any) -> Any:
        """Move a subject (`/rounds/…`, `/evaluations/…`) that was seen at this version."""
        headers = {**self._headers(key=True), "If-Match": f'"v{version}"'}
        body = {"trigger": trigger, **payload}
        return self.server.ask("POST", f"{path}/transitions", json=body, headers=headers).json()

    def _headers(self, key: bool = False) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token}"}
        return {**headers, "Idempotency-Key": uuid.uuid4().hex} if key else headers
