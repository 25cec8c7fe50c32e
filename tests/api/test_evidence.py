"""Is evidence attached as links and small files, and are files given back as attachments and as nothing else?"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import httpx
import pytest
from tests.callers import Api, Caller
from tests.road import V1, Road, ok, place, refused, road
from tests.watchers import only, statuses

from mem.http.body import FILE_LIMIT

EVIDENCE = {
    "id", "kind", "title", "url", "file_name", "media_type", "size", "sha256", "issued_on", "language", "by", "at",
    "units",
}  # fmt: skip
PDF = b"%PDF-1.7\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00"


async def send(
    found: Road, data: bytes, media: str | None, caller: Caller | None = None, **query: Any
) -> httpx.Response:
    """Attach a file; the query may be changed, and a part of it that is None is left out."""
    asked = {"title": "Strategy", "file_name": "strategy.pdf", "unit": ["IS-1.1"], **query}
    return await (caller or found.cast.entity).post(
        f"{found.path}/evidence/files",
        content=data,
        params={key: value for key, value in asked.items() if value is not None},
        headers={} if media is None else {"Content-Type": media},
    )


async def test_links_are_attached_all_or_none_with_the_units_they_support(api: Api) -> None:
    found = await road(api, "answering")
    entity, path = found.cast.entity, f"{found.path}/evidence/links"
    good = {
        "title": " National strategy ", "url": "https://example.org/s.pdf", "units": ["IS-2.4", "IS-1.1"],
        "issued_on": "2016-05-01", "language": "es",
    }  # fmt: skip
    for changed, errors in (
        ({"url": "javascript:alert(1)"}, [("wrong_value", "/links/1/url")]),
        ({"url": "https://"}, [("wrong_value", "/links/1/url")]),
        ({"units": ["IS-1.1", "XX-1"]}, [("unknown_unit", "/links/1/units/1")]),
        ({"units": ["IS-1.1", "IS-1.1"]}, [("unknown_unit", "/links/1/units/1")]),
        ({"units": []}, [("wrong_value", "/links/1/units")]),
        ({"issued_on": "2016-13-01"}, [("wrong_value", "/links/1/issued_on")]),
        ({"issued_on": "2999-01-01"}, [("in_the_future", "/links/1/issued_on")]),
        ({"url": "https://user:pass@example.org"}, [("wrong_value", "/links/1/url")]),
        ({"title": "Strategy\u202e"}, [("hidden_character", "/links/1/title")]),
        ({"language": "Spanish"}, [("wrong_value", "/links/1/language")]),
        ({"title": "  "}, [("wrong_value", "/links/1/title")]),
    ):
        problem = refused(await entity.post(path, {"links": [good, {**good, **changed}]}), 422)
        assert [(one["code"], place(one)) for one in problem["errors"]] == errors
    assert ok(await entity.get(f"{found.path}/evidence")) == {"evidence": []}
    (made,) = ok(await entity.post(path, {"links": [good]}), 201)["ids"]
    (shown,) = ok(await entity.get(f"{found.path}/evidence"))["evidence"]
    assert set(shown) == EVIDENCE
    assert (shown["id"], shown["kind"], shown["title"], shown["url"]) == (
        made,
        "link",
        "National strategy",
        good["url"],
    )
    assert (shown["units"], shown["issued_on"], shown["language"]) == (["IS-1.1", "IS-2.4"], "2016-05-01", "es")
    assert shown["sha256"] == hashlib.sha256(b"https://example.org/s.pdf").hexdigest()
    assert (shown["file_name"], shown["media_type"], shown["size"]) == (None, None, None)
    refused(await entity.get(f"{V1}/evidence/{made}/content"), 404)  # the page that is linked is not kept


@pytest.mark.parametrize(
    ("data", "media", "name", "disposition"),
    [
        (PDF, "application/pdf", "strategy.pdf", "strategy.pdf"),
        (PNG, "image/png; name=x", "plan 1.png", "plan%201.png"),
        (b"\xff\xd8\xff\xe0", "IMAGE/JPEG", "foto.jpg", "foto.jpg"),
        (b"a;b\n1;2", "text/csv", 'año "1";.csv', "a%C3%B1o%20%221%22%3B.csv"),
        (b"<script>alert(1)</script>", "text/plain", "page.html", "page.html"),
    ],
)
async def test_a_file_comes_back_as_it_was_and_as_an_attachment(
    api: Api, data: bytes, media: str, name: str, disposition: str
) -> None:
    found = await road(api, "answering")
    made = ok(await send(found, data, media, file_name=name, unit=["IS-1.1", "IS-1.2"]), 201)["id"]
    (shown,) = ok(await found.cast.officer.get(f"{found.path}/evidence"))["evidence"]
    told = (shown["kind"], shown["file_name"], shown["media_type"], shown["size"], shown["units"])
    assert told == ("file", name, media.partition(";")[0].lower(), len(data), ["IS-1.1", "IS-1.2"])
    assert shown["sha256"] == hashlib.sha256(data).hexdigest()
    response = await found.cast.officer.get(f"{V1}/evidence/{made}/content")
    assert (response.status_code, response.content) == (200, data)
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    expected = {
        "content-type": "application/octet-stream",
        "content-disposition": f"attachment; filename*=UTF-8''{disposition}",
        "content-security-policy": "sandbox; default-src 'none'",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        "repr-digest": f"sha-256=:{digest}:",
        "content-length": str(len(data)),
    }
    assert {key: response.headers[key] for key in expected} == expected


async def test_a_file_of_another_kind_or_size_or_place_is_refused_and_not_kept(api: Api) -> None:
    found = await road(api, "answering")
    wrong_type = [("wrong_type", "header:Content-Type")]
    for data, media, query, errors in (
        (b"GIF89a", "image/gif", {}, wrong_type),
        (b"<html>", "text/html", {}, wrong_type),
        (PDF, None, {}, wrong_type),
        (PDF, "application/octet-stream", {}, wrong_type),
        (PNG, "application/pdf", {}, wrong_type),
        (PDF, "image/png", {}, wrong_type),
        (b" " + PDF, "application/pdf", {}, wrong_type),
        (b"", "text/plain", {}, [("empty", "")]),
        (PDF, "application/pdf", {"unit": ["XX-1"]}, [("unknown_unit", "query:unit/0")]),
        (PDF, "application/pdf", {"unit": None}, [("wrong_value", "query:unit")]),
        (PDF, "application/pdf", {"title": None}, [("wrong_value", "query:title")]),
        (PDF, "application/pdf", {"file_name": "../../etc/passwd"}, [("wrong_value", "query:file_name")]),
        (PDF, "application/pdf", {"file_name": "a\nb.pdf"}, [("wrong_value", "query:file_name")]),
        (PDF, "application/pdf", {"file_name": "a" * 201}, [("wrong_value", "query:file_name")]),
    ):
        problem = refused(await send(found, data, media, **query), 422)
        assert [(one["code"], place(one)) for one in problem["errors"]] == errors, (media, query)
    large = b"%PDF-".ljust(FILE_LIMIT + 1)
    assert refused(await send(found, large, "application/pdf"), 413)["code"] == "too_large"
    assert ok(await found.cast.entity.get(f"{found.path}/evidence")) == {"evidence": []}
    assert [path for path in api.house.store.root.rglob("*") if path.is_file()] == []
    ok(await send(found, large[:-1], "application/pdf"), 201)
    ok(await send(found, large[:-1], "application/pdf"), 201)
    assert len([path for path in api.house.store.root.rglob("*") if path.is_file()]) == 1  # the same bytes, kept once


async def test_a_replayed_upload_is_one_file_and_another_file_is_another_request(api: Api) -> None:
    found = await road(api, "answering")
    key = {"Idempotency-Key": "the-same-upload", "Content-Type": "text/plain"}
    query = {"title": "Strategy", "file_name": "a.txt", "unit": "IS-1.1"}

    async def again(data: bytes) -> httpx.Response:
        return await found.cast.entity.post(f"{found.path}/evidence/files", content=data, params=query, headers=key)

    assert ok(await again(b"one"), 201) == ok(await again(b"one"), 201)
    assert refused(await again(b"two"), 422)["code"] == "key_reused"
    query |= {"title": "x" * 390}  # what is said of a file is part of the command, however long
    assert refused(await again(b"one"), 422)["code"] == "key_reused"
    query |= {"title": "Strategy", "unit": "IS-1.2"}
    assert refused(await again(b"one"), 422)["code"] == "key_reused"
    assert len(ok(await found.cast.entity.get(f"{found.path}/evidence"))["evidence"]) == 1


async def test_who_attaches_and_who_reads_evidence(api: Api) -> None:
    found = await road(api, "answering")
    made = ok(await send(found, PDF, "application/pdf"), 201)["id"]
    link = {"links": [{"title": "x", "url": "nowhere", "units": ["IS-1.1"]}]}  # whoever may attach is told it is wrong
    countries, away = ("entity", "contributor"), ("expert", "coordinator")
    for stage, attaching, reading, hidden in (
        ("answering", countries, (*countries, "officer"), away),
        ("compilation", (), (*countries, "officer", "coordinator"), ("expert",)),
        ("review", (), (*countries, "officer", "coordinator", "expert"), ()),
        ("published", (), (*countries, "officer"), ()),
    ):
        await found.to(stage)
        path = f"{found.path}/evidence"
        linked = await statuses(found, lambda caller, path=path: caller.post(f"{path}/links", link))  # type: ignore[misc]
        assert linked == only(*attaching, hidden=hidden, status=422)
        filed = await statuses(found, lambda caller: send(found, PNG, "application/pdf", caller))
        assert filed == only(*attaching, hidden=hidden, status=422)
        assert await statuses(found, "/evidence") == only(*reading, hidden=hidden)
        content = await statuses(found, lambda caller: caller.get(f"{V1}/evidence/{made}/content"))
        assert content == only(*reading, hidden=hidden)
