"""Does the client say each thing once, ask again only when told to, and hand on every reason of a refusal?"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.demo import runs

from mem.client import Caller, Problem, Server


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Script:
    """What a small server answers, in order (the last for good), and what it was asked."""

    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [(200, b"{}")])
    asked: list[Asked] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """A small server on a loopback port, its script, and a client of it."""

    script: Script
    server: Server
    caller: Caller


@pytest.fixture
def place() -> Iterator[Place]:
    script = Script()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            script.asked.append(Asked(self.command, self.path, dict(self.headers), body))
            status, said = script.answers.pop(0) if len(script.answers) > 1 else script.answers[0]
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815  (the library names them so)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server = Server(f"http://127.0.0.1:{http.server_port}")
        yield Place(script, server, Caller(server, "mem_secret"))
        server.close()
        http.shutdown()
        thread.join()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the client would have waited, each time, without waiting."""
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


def a_problem(status: int, **more: Any) -> tuple[int, bytes]:
    body = {"status": status, "code": "refused", "detail": "This is not possible now.", "errors": [], **more}
    return status, json.dumps(body).encode()


# --- asking ---------------------------------------------------------------------------------------------------------


def test_reading_sends_the_token_and_the_query_and_no_key(place: Place) -> None:
    place.script.answers = [(200, b'{"found": [1]}')]
    assert place.caller.get("/rounds", language="es") == {"found": [1]}
    (asked,) = place.script.asked
    assert (asked.method, asked.path, asked.headers["Authorization"]) == (
        "GET",
        "/api/v1/rounds?language=es",
        "Bearer mem_secret",
    )
    assert "Idempotency-Key" not in asked.headers


def test_each_command_has_a_key_of_its_own(place: Place) -> None:
    place.caller.post("/people", {"name": "A"})
    place.caller.post("/people", {"name": "A"})
    place.caller.fire("/rounds/r", "close", 1)
    place.caller.post_file("/evidence", b"x", "text/plain")
    keys = [asked.headers["Idempotency-Key"] for asked in place.script.asked]
    assert len(set(keys)) == 4
    assert min(len(key) for key in keys) >= 8


@pytest.mark.parametrize(("base", "tag"), [(0, ("If-None-Match", "*")), (3, ("If-Match", '"v3"'))])
def test_a_new_version_says_which_one_it_was_seen_on(place: Place, base: int, tag: tuple[str, str]) -> None:
    place.caller.put("/evaluations/e/answers/q", {"value": True}, base)
    (asked,) = place.script.asked
    conditions = {name: value for name, value in asked.headers.items() if name.startswith("If-")}
    assert (asked.method, conditions, json.loads(asked.body)) == ("PUT", dict([tag]), {"value": True})
    assert "Idempotency-Key" not in asked.headers


def test_a_trigger_is_fired_on_the_version_that_was_seen_with_what_it_needs(place: Place) -> None:
    place.caller.fire("/evaluations/e", "approve", 7, occasion="o1")
    (asked,) = place.script.asked
    assert (asked.path, asked.headers["If-Match"]) == ("/api/v1/evaluations/e/transitions", '"v7"')
    assert json.loads(asked.body) == {"trigger": "approve", "occasion": "o1"}


def test_a_file_is_sent_as_it_is_with_its_type(place: Place) -> None:
    place.caller.post_file("/evaluations/e/evidence/files", b"\x00bytes", "application/pdf", title="A title")
    (asked,) = place.script.asked
    assert asked.path == "/api/v1/evaluations/e/evidence/files?title=A+title"
    assert (asked.headers["Content-Type"], asked.body) == ("application/pdf", b"\x00bytes")


def test_the_token_is_not_shown_with_the_caller(place: Place) -> None:
    assert "mem_secret" not in repr(place.caller)


def test_every_request_is_counted_whoever_sends_it(place: Place) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(place.caller.get, ["/rounds"] * 60))
    assert place.server.requests == len(place.script.asked) == 60


# --- being told to ask again ----------------------------------------------------------------------------------------


def test_what_was_busy_is_asked_again_with_the_same_key_ever_more_slowly(place: Place, waits: list[float]) -> None:
    place.script.answers = [a_problem(503), a_problem(503), (201, b'{"id": "p1"}')]
    assert place.caller.post("/people", {"name": "A"}) == {"id": "p1"}
    assert len({asked.headers["Idempotency-Key"] for asked in place.script.asked}) == 1
    assert {asked.body for asked in place.script.asked} == {place.script.asked[0].body}
    assert place.server.requests == len(place.script.asked) == 3
    assert waits == sorted(set(waits))
    assert len(waits) == 2


def test_what_stays_busy_is_given_up_after_five_times(place: Place, waits: list[float]) -> None:
    place.script.answers = [a_problem(503, code="busy")]
    with pytest.raises(Problem) as given_up:
        place.caller.get("/rounds")
    assert (given_up.value.status, given_up.value.code) == (503, "busy")
    assert (len(place.script.asked), len(waits)) == (5, 4)  # not once more after the last


@pytest.mark.parametrize("status", [400, 404, 409, 412, 422, 500, 502])
def test_nothing_else_is_asked_again(place: Place, status: int, waits: list[float]) -> None:
    place.script.answers = [a_problem(status)]
    with pytest.raises(Problem) as refused:
        place.caller.post("/people", {"name": "A"})
    assert refused.value.status == status
    assert (len(place.script.asked), waits) == (1, [])


# --- being refused --------------------------------------------------------------------------------------------------


def test_a_problem_holds_every_reason_and_tells_the_first_five(place: Place) -> None:
    errors = [{"code": f"missing_{n}", "message": "It is missing.", "where": f"/answers/{n}"} for n in range(7)]
    errors[1]["where"] = None  # type: ignore[assignment]
    place.script.answers = [a_problem(409, errors=errors)]
    with pytest.raises(Problem) as refused:
        place.caller.fire("/evaluations/e", "submit_answers", 2)
    assert (refused.value.status, refused.value.code, refused.value.errors) == (409, "refused", errors)
    assert str(refused.value) == (
        "POST /evaluations/e/transitions: 409 refused This is not possible now. "
        "missing_0 /answers/0; missing_1; missing_2 /answers/2; missing_3 /answers/3; missing_4 /answers/4"
    )


@pytest.mark.parametrize("body", [b"", b"<h1>Bad gateway</h1>", b"{}"], ids=["nothing", "a page", "no reasons"])
def test_a_refusal_that_is_no_problem_document_is_a_problem_all_the_same(place: Place, body: bytes) -> None:
    place.script.answers = [(502, body)]
    with pytest.raises(Problem, match=r"^GET /me: 502$") as refused:
        place.caller.get("/me")
    assert (refused.value.status, refused.value.code, refused.value.errors) == (502, "", [])


def test_the_real_application_is_understood(tmp_path: Path) -> None:
    with runs.serving(tmp_path) as served:
        assert served.server.wait(1)
        assert served.first.get("/me")["name"] == "Synthetic first officer"
        with pytest.raises(Problem) as unknown:
            Caller(served.server, "mem_unknown").get("/me")
        assert (unknown.value.status, unknown.value.code) == (401, "not_authenticated")
        with pytest.raises(Problem) as wrong:
            served.first.post("/people", {"name": "", "age": 7})
        assert (wrong.value.status, wrong.value.code) == (422, "wrong_content")
        assert {one["where"] for one in wrong.value.errors} == {"/name", ""}


# --- waiting --------------------------------------------------------------------------------------------------------


def test_a_server_that_answers_is_waited_for_no_longer(place: Place) -> None:
    began = time.monotonic()
    assert place.server.wait(30)
    assert time.monotonic() - began < 5
    assert [asked.path for asked in place.script.asked] == ["/api/v1/health"]


def test_a_server_that_comes_up_late_is_waited_for(place: Place) -> None:
    place.script.answers = [a_problem(503), a_problem(503), (200, b"{}")]
    assert place.server.wait(30)
    assert len(place.script.asked) == 3


def test_a_server_that_is_not_there_is_not_waited_for_longer_than_was_said() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = Server(f"http://127.0.0.1:{free.getsockname()[1]}")
        began = time.monotonic()
        assert not server.wait(0.2)
        assert 0.2 <= time.monotonic() - began < 5
        server.close()
