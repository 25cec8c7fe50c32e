"""Does every kind of answer carry the headers that keep it safe, and is none kept by a cache unless it is public?"""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send
from tests.callers import Api, Caller
from tests.road import V1, Road, ok, road

from mem.http.headers import ALWAYS, UNLESS_SET, SafeHeaders

API = "default-src 'none'; frame-ancestors 'none'"
PAGE = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FILE = "sandbox; default-src 'none'"
A_MINUTE, NEVER = "public, max-age=60", "no-store"


async def file(found: Road) -> str:
    query = {"title": "Decree", "file_name": "decree.txt", "unit": "IS-1.1"}
    sent = {"params": query, "content": b"Decree 12", "headers": {"Content-Type": "text/plain"}}
    return str(ok(await found.cast.entity.post(f"{found.path}/evidence/files", **sent), 201)["id"])


async def test_every_kind_of_answer_is_safe(api: Api) -> None:
    found = await road(api, "answering")
    content = f"{V1}/evidence/{await file(found)}/content"
    await found.to("published")
    who, page = found.cast.officer, f"/en/reports/{found.code}/main/BRB"
    for says, response, status, policy, kept in (
        ("an answer of the API", await who.get(found.path), 200, API, NEVER),
        ("its own description", await api.get(f"{V1}/openapi.json"), 200, API, NEVER),
        ("what is published", await api.get(found.public_path), 200, API, A_MINUTE),
        ("a list of it", await api.get(f"{V1}/published"), 200, API, A_MINUTE),
        ("health", await api.get(f"{V1}/health"), 200, API, NEVER),
        ("a change", await who.post(f"{V1}/people", {"name": "Ana"}), 201, API, NEVER),
        ("a file", await who.get(content), 200, FILE, NEVER),
        ("nobody known", await api.get(found.path), 401, API, NEVER),
        ("not allowed", await found.cast.entity.post(f"{V1}/people", {"name": "Ana"}), 403, API, NEVER),
        ("not there", await who.get(f"{found.path}x"), 422, API, NEVER),
        ("no address", await api.get(f"{V1}/nothing"), 404, API, NEVER),
        ("no method", await who.send("DELETE", found.path, {}), 405, API, NEVER),
        ("malformed", await who.post(f"{V1}/people", content=b"{", headers=JSON), 400, API, NEVER),
        ("too large", await who.post(f"{V1}/people", content=b" " * (1 << 21), headers=JSON), 413, API, NEVER),
        ("another address", await api.get(f"{V1}/rounds/"), 404, API, NEVER),
        ("a page", await api.get(page), 200, PAGE, A_MINUTE),
        ("a list of pages", await api.get("/en/"), 200, PAGE, A_MINUTE),
        ("a page that is not there", await api.get("/en/nothing"), 404, PAGE, NEVER),
        ("the front door", await api.get("/"), 303, PAGE, A_MINUTE),
        ("a stylesheet", await api.get("/static/mem.css"), 200, PAGE, A_MINUTE),
        ("no page by this method", await api.client.post("/en/"), 405, API, NEVER),
    ):
        assert response.status_code == status, says
        assert {name: response.headers[name] for name in ALWAYS} == ALWAYS, says
        assert response.headers["content-security-policy"] == policy, says
        assert response.headers["cache-control"] == kept, says
        assert [name for name in ("server", "x-powered-by", "set-cookie") if name in response.headers] == [], says


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_failure_of_our_own_is_safe_too_and_tells_nothing(api: Api, app: FastAPI) -> None:
    found = await road(api, "answering")
    one = await file(found)
    (kept,) = [path for path in api.house.store.root.rglob("*") if path.is_file()]
    kept.write_bytes(b"Decree 13")
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://mem.test") as client:
        officer = Caller(client, found.cast.officer.person_id, found.cast.officer.token)
        response = await officer.get(f"{V1}/evidence/{one}/content")
    assert (response.status_code, response.json()["code"]) == (500, "internal")
    assert "Decree" not in response.text
    assert str(kept.parent.parent) not in response.text
    assert {name: response.headers[name] for name in (*ALWAYS, *UNLESS_SET)} == {**ALWAYS, **UNLESS_SET}


async def sent(*headers: tuple[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    """What headers leave when an application sets these."""
    messages: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [*headers]})
        await send({"type": "http.response.body", "body": b"words"})

    async def collect(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    await SafeHeaders(app)({"type": "http"}, receive, collect)
    assert messages[1] == {"type": "http.response.body", "body": b"words"}
    return [(name, value) for name, value in messages[0]["headers"]]


async def test_what_a_route_says_of_its_caching_and_its_content_holds_and_the_rest_does_not() -> None:
    said = [(b"cache-control", b"public"), (b"content-security-policy", b"sandbox"), (b"referrer-policy", b"origin")]
    assert dict(await sent(*said)) == {
        b"cache-control": b"public", b"content-security-policy": b"sandbox", b"referrer-policy": b"no-referrer",
        b"x-content-type-options": b"nosniff", b"cross-origin-resource-policy": b"same-origin",
    }  # fmt: skip
    names = [name for name, _ in await sent(*said)]
    assert len(names) == len(set(names))
    assert dict(await sent())[b"cache-control"] == b"no-store"


async def test_what_is_no_request_passes_through() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])
        await send({"type": "lifespan.startup.complete"})

    async def nothing() -> Message:
        raise AssertionError("nothing is read")

    async def collect(message: Message) -> None:
        seen.append(message["type"])

    await SafeHeaders(app)({"type": "lifespan"}, nothing, collect)
    assert seen == ["lifespan", "lifespan.startup.complete"]
