"""Do the pages come over HTTP as pages should: in the reader's language, small, safe, and only what is published?"""

from __future__ import annotations

import asyncio
import gzip
import re
from html import unescape

import httpx
import pytest
from tests.callers import Api
from tests.road import STAGES, refused, road

from mem.core.db import PLACES
from mem.web.words import LANGUAGES, words_by_language

PAGE = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HTML = "text/html; charset=utf-8"


async def identity(api: Api, path: str, **headers: str) -> httpx.Response:
    """As it is without compression."""
    return await api.get(path, headers={"Accept-Encoding": "identity", **headers})


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
        ("de,es;q=0.5,en;q=0.4", "es"),
        ("en;q=0.1,fr;q=0.9", "fr"),
        ("es;q=0", "en"),
        ("de", "en"),
        ("*", "en"),
        ("x" * 5_000, "en"),
    ],
)
async def test_the_front_door_leads_to_the_readers_language(api: Api, accepts: str, language: str) -> None:
    response = await api.get("/", headers={"Accept-Language": accepts})
    assert (response.status_code, response.headers["location"]) == (303, f"/{language}/")
    assert response.headers["vary"] == "Accept-Language"
    page = await api.get(response.headers["location"])
    assert (page.status_code, page.headers["content-language"]) == (200, language)
    assert f'<html lang="{language}">' in page.text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_reader_is_shown_a_page_where_there_is_nothing_and_a_program_a_problem(api: Api) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "fr"}
    for path in ("/nope", "/nope/nowhere", "/nope/"):
        page = await api.get(path, headers=browser)
        assert (page.status_code, page.headers["content-type"], page.headers["content-language"]) == (404, HTML, "fr")
        assert page.headers["cache-control"] == "no-store"
    for path, headers in (("/nope", {}), ("/nope", {"Accept": "application/json"}), ("/api/v1/nope", browser)):
        assert refused(await api.get(path, headers=headers), 404)["code"] == "not_found"
    assert refused(await api.client.post("/nope"), 404)["code"] == "not_found"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("path", "language"),
    [
        *((f"/{language}/nothing", language) for language in LANGUAGES),
        ("/en/reports/r-1/main/BRB", "en"),
        ("/fr/reports/r-1/main/brb", "fr"),
        ("/es/reports/%00/main/BRB", "es"),
        ("/pt/reports/r-1/main/BRB/more", "pt"),
        ("/en/reports/", "en"),
        ("/de/", "pt"),  # no language of ours: in the reader's
        ("/de/reports/r-1/main/BRB", "pt"),
        ("/static/other.css", "pt"),
        ("/static/..page.py", "pt"),
    ],
)
async def test_what_is_not_there_is_a_page_that_says_so(api: Api, path: str, language: str) -> None:
    response = await api.get(path, headers={"Accept-Language": "pt"})
    assert (response.status_code, response.headers["content-type"]) == (404, HTML)
    assert (response.headers["content-language"], response.headers["cache-control"]) == (language, "no-store")
    assert words_by_language()[language]["not_found"] in unescape(response.text)
    assert response.headers["content-security-policy"] == PAGE


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_reader_is_never_sent_to_a_host_that_the_request_names(api: Api) -> None:
    elsewhere = {"Host": "evil.example"}
    for path, to in (("/", "/en/"), *((f"/{language}", f"/{language}/") for language in LANGUAGES)):
        moved = await api.get(path, headers=elsewhere)
        assert (moved.status_code, moved.headers["location"]) == (303, to)
    for path in ("/docs", "/redoc", "/nope", "/de", "/api/v1/rounds/", "/api/v1/published/", "/en/reports"):
        answer = await api.get(path, headers=elsewhere)
        assert (answer.status_code, answer.headers.get("location")) == (404, None), path


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["/static/..%2fpage.py", "/static/%2fetc%2fpasswd", "/en/..%2f"])
async def test_nothing_beside_the_files_of_the_pages_is_given_out(api: Api, path: str) -> None:
    response = await api.get(path)
    assert response.status_code == 404
    assert "import" not in response.text


async def test_an_unpublished_report_is_as_unknown_as_one_that_never_was(api: Api) -> None:
    found = await road(api)
    for stage in STAGES[:-1]:
        await found.to(stage)
        for language in LANGUAGES:
            draft = await api.get(f"/{language}/reports/{found.code}/main/BRB")
            never = await api.get(f"/{language}/reports/{found.code}/main/CHL")
            assert (draft.status_code, never.status_code) == (404, 404)
            assert draft.text.replace("BRB", "CHL") == never.text
            assert (await api.get(f"/{language}/")).text.count("reports/") == 0
    with_token = await found.cast.officer.get(f"/en/reports/{found.code}/main/BRB")
    assert with_token.status_code == 404  # the pages are for the public, and a token opens nothing there


async def test_a_published_report_is_read_in_every_language(api: Api) -> None:
    found = await road(api, "published")
    names = {"en": "Barbados", "es": "Barbados", "fr": "Barbade", "pt": "Barbados"}
    (session,) = (await found.cast.officer.get(f"{found.round_path}/occasions")).json()["occasions"]
    today = session["held_on"]
    for language, words in words_by_language().items():
        address = f"/{language}/reports/{found.code}/main/BRB"
        home = await api.get(f"/{language}/")
        assert address in home.text
        assert names[language] in home.text
        assert words["published"] in unescape(home.text)
        page = await api.get(address)
        assert (page.status_code, page.headers["content-type"]) == (200, HTML)
        assert (page.headers["content-language"], page.headers["cache-control"]) == (language, "public, max-age=60")
        assert f'<html lang="{language}">' in page.text
        assert names[language] in page.text
        assert "The decree was found." in page.text
        assert f'62nd session, <time datetime="{today}">' in page.text  # when and where it was approved
        assert "JAM differs." in page.text
        assert words["in_en"] in unescape(page.text) or language == "en"  # said where a passage is in English only
        for other in LANGUAGES:
            assert f'href="/{other}/reports/{found.code}/main/BRB"' in page.text
        assert found.public_path in page.text
        assert page.text.count('id="p-') > 100
        assert not re.search(r"<script|javascript:|\son\w+=|https?://(?!www\.w3\.org)", page.text)
        assert len(gzip.compress(page.content)) < 60_000
    assert "SYNTHETIC" in (await api.get(f"/en/reports/{found.code}/main/BRB")).text
    refused(await api.client.post(f"/en/reports/{found.code}/main/BRB"), 405)


async def test_a_page_comes_compressed_where_that_is_understood_and_as_it_is_elsewhere(api: Api) -> None:
    found = await road(api, "published")
    address = f"/en/reports/{found.code}/main/BRB"
    plain, packed = await identity(api, address), await api.get(address, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 4
    assert packed.content == plain.content
    for response in (plain, packed):
        assert "Accept-Encoding" in response.headers["vary"]
    small = await api.get("/api/v1/health", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


async def test_asking_for_the_head_alone_tells_the_same_without_the_body(api: Api) -> None:
    found = await road(api, "published")
    for path in ("/", "/en/", f"/en/reports/{found.code}/main/BRB", "/static/mem.css", "/en/nothing", "/static/no.css"):
        whole = await identity(api, path)
        head = await api.client.head(path, headers={"Accept-Encoding": "identity"})
        assert (head.status_code, head.content) == (whole.status_code, b""), path
        assert head.headers == whole.headers, path


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_the_stylesheet_and_the_icon_are_kept_for_good_at_the_address_that_the_pages_give(api: Api) -> None:
    home = (await api.get("/en/")).text
    found = re.findall(r'href="(/static/[^"]+)"', home)
    assert [path.partition("?")[0] for path in found] == ["/static/mem.css", "/static/icon.svg"]
    for path, media in zip(found, ("text/css; charset=utf-8", "image/svg+xml"), strict=True):
        present = await identity(api, path)
        assert (present.status_code, present.headers["content-type"]) == (200, media)
        assert present.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert present.headers["x-content-type-options"] == "nosniff"
        assert present.headers["content-security-policy"] == PAGE
        for other in ("", "?v=", "?v=0123456789abcdef"):  # another content could stand there tomorrow
            answer = await identity(api, path.partition("?")[0] + other)
            assert (answer.content, answer.headers["cache-control"]) == (present.content, "public, max-age=60")


async def test_many_readers_at_once_all_get_their_page(api: Api) -> None:
    """Many more than there are connections and threads."""
    found = await road(api, "published")
    paths = ["/en/", f"/es/reports/{found.code}/main/BRB", found.public_path, "/static/mem.css"] * 12
    answers = await asyncio.gather(*(api.get(path) for path in paths))
    assert len(answers) > 4 * PLACES
    assert {answer.status_code for answer in answers} == {200}
