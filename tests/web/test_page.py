"""Does a page leave as it should: with its headers, and files kept for good only under their content?"""

from __future__ import annotations

import re

import pytest

from mem.web.page import HERE, MEDIA_TYPES, address, file_response, moved, page
from mem.web.words import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_allows_nothing_but_its_own_style_and_pictures(language: str) -> None:
    found = page("missing.html", language, status=404)
    assert found.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    assert found.headers["content-language"] == language
    assert found.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(("status", "kept"), [(200, "public, max-age=60"), (404, "no-store")])
def test_only_what_was_found_is_kept(status: int, kept: str) -> None:
    assert page("missing.html", "en", status=status).headers["cache-control"] == kept


def test_where_a_reader_is_sent_depends_on_the_languages_asked_for() -> None:
    found = moved("/pt/")
    assert (found.status_code, found.headers["location"], found.headers["vary"]) == (303, "/pt/", "Accept-Language")


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_a_file_is_kept_for_good_only_under_the_address_of_its_content(name: str) -> None:
    path, _, query = address(name).partition("?")
    assert path == f"/static/{name}"
    assert re.fullmatch(r"v=[0-9a-f]{16}", query)
    found = file_response(name, query.removeprefix("v="))
    assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert found.headers["content-type"].partition(";")[0] == MEDIA_TYPES[name]
    for other in ("", "0000000000000000"):
        assert file_response(name, other).headers["cache-control"] == "public, max-age=60"


@pytest.mark.parametrize("name", ["", "page.py", "../page.py", "..", "mem.css/"])
def test_no_other_file_is_served(name: str) -> None:
    with pytest.raises(KeyError):
        file_response(name, "")


def test_every_file_is_listed_and_asks_for_nothing_from_elsewhere() -> None:
    files = list((HERE / "static").iterdir())
    assert {file.name for file in files} == set(MEDIA_TYPES)
    for file in files:
        text = file.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not re.search(r"url\(|@import|@font-face|https?:|//\w|<script|javascript:", text)


def test_no_template_marks_text_as_safe_or_holds_a_style_or_a_script() -> None:
    for template in (HERE / "templates").iterdir():
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe|autoescape|Markup|<script|<style|\sstyle=|\son[a-z]+=|javascript:", text), (
            template
        )
