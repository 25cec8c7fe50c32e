"""How does a client reach a system under test? In lines of JSON at a local socket, or over HTTP."""

from __future__ import annotations

import http.client
import json
import socket
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from tests.proof.clients import Busy, Command, Unexpected, Unknown

PATIENCE = 60.0
"""Seconds after which an answer that did not come is a failure: no lock is waited for as long."""


class Lines:
    """Asks `tests.proof.systems.services`."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE)
        try:
            self._socket.connect(address)
        except ConnectionError as error:
            self._socket.close()
            raise Unknown from error
        self._lines = self._socket.makefile("rb")

    def ask(self, command: Command, again: bool) -> Any:
        try:
            self._socket.sendall(json.dumps(asdict(command)).encode() + b"\n")
            line = self._lines.readline()
        except ConnectionError as error:
            raise Unknown from error
        except TimeoutError as error:
            raise Unexpected(f"no answer in {PATIENCE} seconds") from error
        if not line.endswith(b"\n"):
            raise Unknown
        said = json.loads(line)
        if "again" in said:
            raise Busy(503)
        if "done" not in said:
            raise Unexpected(f"{said} to {command.verb} {command.key}")
        return said["done"]

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


class Http:
    """Asks `mem serve`. `refusing` are the statuses with which it may say that it does not take part now."""

    def __init__(self, port: int, refusing: frozenset[int] = frozenset()) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._refusing = refusing

    def ask(self, command: Command, again: bool) -> Any:
        method, path, headers, body = _request(command)
        status, said = self._sent(method, path, {**headers, "Authorization": f"Bearer {command.token}"}, body)
        if status == 412 and again and command.verb == "answer":  # it may be what was stored before it broke
            one = command.body["answers"][0]
            status, shown = self._sent("GET", path, {"Authorization": f"Bearer {command.token}"}, None)
            if (shown["version"], shown["not_applicable"]) == (one["base"] + 1, one["not_applicable"]):
                return shown["version"]
        if status not in (200, 201):
            raise Unexpected(f"{status} {said} to {command.verb} {command.key}")
        return said

    def _sent(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> tuple[int, Any]:
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            data = response.read()
        except TimeoutError as error:
            raise Unexpected(f"no answer in {PATIENCE} seconds") from error
        except (http.client.HTTPException, OSError) as error:
            self._connection.close()
            raise Unknown from error
        said = json.loads(data)
        if response.status in self._refusing:
            if response.headers.get("content-type") != "application/problem+json":
                raise Unexpected(f"{response.status} is no problem: {said}")
            if response.status == 503 and "retry-after" not in response.headers:
                raise Unexpected("503 does not say when to ask again")
            raise Busy(response.status)
        if response.status == 409 and said["code"] == "key_in_flight":
            raise Busy(409)
        return response.status, said

    def close(self) -> None:
        self._connection.close()


def _request(command: Command) -> tuple[str, str, dict[str, str], bytes]:
    path, body = f"/api/v1/evaluations/{command.evaluation}", command.body
    headers = {"Idempotency-Key": command.key, "Content-Type": "application/json"}
    if command.verb == "answer":
        one = body["answers"][0]
        condition = {"If-Match": f'"v{one["base"]}"'} if one["base"] else {"If-None-Match": "*"}
        said = json.dumps({"not_applicable": one["not_applicable"]}).encode()
        return "PUT", f"{path}/answers/{one['question']}", {"Content-Type": headers["Content-Type"], **condition}, said
    if command.verb == "answers":
        return "POST", f"{path}/answers", headers, json.dumps(body).encode()
    if command.verb == "file":
        query = urlencode({"title": body["title"], "unit": body["unit"], "file_name": "proof.txt"})
        return (
            "POST",
            f"{path}/evidence/files?{query}",
            {**headers, "Content-Type": "text/plain"},
            body["text"].encode(),
        )
    tag = {"If-Match": f'"v{body["version"]}"'}
    said = json.dumps({"trigger": body["trigger"], "reason": body["reason"]}).encode()
    return "POST", f"{path}/transitions", {**headers, **tag}, said
