"""Do the public pages show a report whole, safely, and to everybody? Without a database: the pages themselves."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from tests.callers import Api

from mem.http.body import StrictRoute
from mem.web.page import page
from mem.web.public import CODE, STATE, front, routes
from mem.web.view import Line, RoundGroup, report_view, steps
from mem.web.words import LANGUAGES, Passage, words_by_language

HOSTILE = "</p><script>alert(1)</script><img src=x onerror=\"alert(2)\"> & {{ 7*7 }} {% x %} 'quoted'"
VOID = {"meta", "link", "rect", "br"}
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def asked(**headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": pairs})


class Read(HTMLParser):
    """A page as a reader's program takes it: its elements, in which language each text is, and what is not closed."""

    def __init__(self, response: HTMLResponse) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.stack: list[tuple[str, str]] = []
        self.faults: list[str] = []
        self.feed(bytes(response.body).decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag not in VOID:
            self.stack.append((tag, found.get("lang") or (self.stack[-1][1] if self.stack else "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack[-1][0] != tag:
            self.faults.append(f"</{tag}> closes {self.stack[-1:]}")
        else:
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and self.stack:
            self.texts.append((data, self.stack[-1][1]))

    def values(self, name: str) -> list[str]:
        return [str(attributes[name]) for _, attributes in self.elements if name in attributes]

    def language_of(self, text: str) -> str:
        """Of the first passage after the title of the window, which can have but one language."""
        return next(language for found, language in self.texts[1:] if text in found)


def paragraph(key: str, block: str, text: dict[str, str], depth: int = 0, rating: str | None = None) -> dict[str, Any]:
    unit = key.partition("/")[0] if "/" in key else None
    sources: list[dict[str, Any]] = [{"kind": "goal", "code": unit}] if unit else []
    sources.append({"kind": "answer", "question": HOSTILE, "version": 1})
    return {
        "key": key, "block": block, "unit": unit, "depth": depth, "text": text, "rating": rating, "sources": sources
    }  # fmt: skip


def report(language: str, synthetic: bool = True, text: str = "Words.") -> HTMLResponse:
    words = words_by_language()[language]
    value = SimpleNamespace(code="good", rank=1, label={"en": "good", "fr": "bon"})
    paragraphs = [
        paragraph("notice", "synthetic_notice", {"en": f"Notice: {text}"}),
        paragraph("opening", "sentence", {"en": "Opening", "es": "Apertura", "fr": "Ouverture", "pt": "Abertura"}),
        paragraph("A/heading", "heading", {"en": f"A {text}"}, 1),
        paragraph("A-1/heading", "heading", {"en": "A-1 goal"}, 2),
        paragraph("A-1.1/heading", "heading", {"en": "A-1.1 step"}, 3),
        paragraph("A-1.1/reported", "reported", {"es": f"Informó: {text}"}),
        paragraph("A-1.1/finding", "finding", {"en": f"Found: {text}"}),
        paragraph("A-1.1/rating", "rating", {"en": "Rating: good.", "fr": "Note : bon."}, rating="good"),
        paragraph("A-1.1/recommendation", "recommendation", {"fr": f"Faites : {text}"}),
        paragraph("A-1/summary", "summary", {"pt": "Resumo."}),
        paragraph("B/exclusions", "exclusions", {"en": f"B was left out: {text}"}),
        paragraph("C/exclusions", "exclusions", {"en": "C was left out."}),
    ]
    if not synthetic:
        del paragraphs[0]
    decided = {"occasion_title": text, "held_on": AT.date()} if synthetic else {"held_on": None}
    entry = SimpleNamespace(round_title=text, synthetic=synthetic, version=2, sha256="ab" * 32, at=AT, **decided)
    return page(
        "report.html",
        language,
        "reports/r-1/main/XYZ",
        report=report_view(words, {"en": f"Report: {text}"}, paragraphs, steps(words, [value]), {"A-1.1": 1}),
        entry=entry,
        state=words.passage({"en": text}),
        mechanism=words.passage({"en": text}),
        cycle=text,
        day=words.date(AT),
        held=words.date(AT.date()) if synthetic else None,
        data="/api/v1/published/r-1/main/XYZ",
    )


def home(language: str, text: str = "Words") -> HTMLResponse:
    lines = [Line(Passage(text, "en", "In English"), text, f"/{language}/reports/r-1/main/XYZ", 2, "a day", AT)]
    lines.append(Line(Passage("Other"), "second", f"/{language}/reports/r-1/second/XYZ", 1, "a day", AT))
    return page("home.html", language, rounds=[RoundGroup(text, Passage(text), True, lines)])


PAGES = [
    *(pytest.param(report(language, synthetic), language, id=f"report-{language}-{synthetic}")
      for language in LANGUAGES for synthetic in (True, False)),
    *(pytest.param(report(language, text=HOSTILE), language, id=f"hostile-report-{language}")
      for language in LANGUAGES),
    *(pytest.param(home(language), language, id=f"home-{language}") for language in LANGUAGES),
    pytest.param(home("en", HOSTILE), "en", id="hostile-home"),
    pytest.param(page("home.html", "fr", rounds=[]), "fr", id="empty-home"),
    pytest.param(page("missing.html", "pt", status=404), "pt", id="missing"),
]  # fmt: skip


@pytest.mark.parametrize(("response", "language"), PAGES)
class TestEveryPage:
    def test_is_well_formed_and_says_its_language(self, response: HTMLResponse, language: str) -> None:
        read = Read(response)
        assert (read.faults, read.stack) == ([], [])
        assert bytes(response.body).startswith(b"<!doctype html>")
        assert next(attributes for tag, attributes in read.elements if tag == "html") == {"lang": language}

    def test_has_one_title_and_skips_no_level(self, response: HTMLResponse, language: str) -> None:
        levels = [int(tag[1]) for tag, _ in Read(response).elements if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))

    def test_has_no_script_style_form_or_frame(self, response: HTMLResponse, language: str) -> None:
        for tag, attributes in Read(response).elements:
            assert tag not in {"script", "style", "form", "iframe", "object", "embed", "base", "img"}
            assert not [name for name in attributes if name.startswith("on") or name == "style"]

    def test_asks_for_nothing_from_elsewhere(self, response: HTMLResponse, language: str) -> None:
        read = Read(response)
        assert all(value.startswith(("/", "#")) and not value.startswith("//") for value in read.values("href"))
        assert read.values("src") == []

    def test_has_places_that_are_one_each_and_links_that_lead_to_them(
        self, response: HTMLResponse, language: str
    ) -> None:
        read = Read(response)
        places = Counter(read.values("id"))
        assert {place: count for place, count in places.items() if count > 1} == {}
        assert {value[1:] for value in read.values("href") if value.startswith("#")} <= places.keys()
        assert set(read.values("aria-labelledby")) <= places.keys()

    def test_lets_the_reader_skip_and_change_the_language(self, response: HTMLResponse, language: str) -> None:
        read = Read(response)
        links = [attributes for tag, attributes in read.elements if tag == "a"]
        assert links[0]["href"] == "#main"
        switch = [link for link in links if "hreflang" in link]
        assert [link["hreflang"] for link in switch] == list(LANGUAGES)
        assert [link["hreflang"] for link in switch if "aria-current" in link] == [language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_text_is_shown_as_text(language: str) -> None:
    read = Read(report(language, text=HOSTILE))
    assert len([text for text, _ in read.texts if HOSTILE in text]) >= 10
    assert len([text for text, _ in Read(home(language, HOSTILE)).texts if HOSTILE in text]) >= 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_switch_keeps_the_page(language: str) -> None:
    links = [one for tag, one in Read(report(language)).elements if tag == "a" and "hreflang" in one]
    assert [link["href"] for link in links] == [f"/{code}/reports/r-1/main/XYZ" for code in LANGUAGES]


def test_a_passage_in_another_language_is_marked_and_says_so() -> None:
    read = Read(report("fr"))
    for text, language in (
        ("Report: Words.", "en"),
        ("Notice: Words.", "en"),
        ("Ouverture", "fr"),
        ("goal", "en"),
        ("Informó", "es"),
        ("Found", "en"),
        ("Note : bon.", "fr"),
        ("Faites", "fr"),
        ("Resumo.", "pt"),
        ("Constatation", "fr"),
        ("English", "en"),
    ):
        assert read.language_of(text) == language, text
    notes = Counter(text for text, _ in read.texts if text.startswith("En "))
    assert notes == {"En anglais": 7, "En espagnol": 1, "En portugais": 1}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_synthetic_report_says_so_before_anything_else_and_in_its_title(language: str) -> None:
    words = words_by_language()[language]
    texts = [text for text, _ in Read(report(language)).texts]
    assert texts[0].startswith(words["synthetic"])
    assert texts.index(words["synthetic"], 1) < next(n for n, text in enumerate(texts[1:], 1) if "Report:" in text)
    assert ("meta", {"name": "robots", "content": "noindex"}) in Read(report(language)).elements


def test_a_real_report_does_not() -> None:
    read = Read(report("en", synthetic=False))
    assert not [text for text, _ in read.texts if "ynthetic" in text]
    assert "noindex" not in read.values("content")


def test_every_paragraph_has_its_place_and_says_what_it_stands_on() -> None:
    read = Read(report("en"))
    places = [place for place in read.values("id") if place.startswith("p-")]
    assert places == [
        "p-notice", "p-opening", "p-A-heading", "p-A-1-heading", "p-A-1.1-heading", "p-A-1.1-reported",
        "p-A-1.1-finding", "p-A-1.1-rating", "p-A-1.1-recommendation", "p-A-1-summary", "p-B-exclusions",
        "p-C-exclusions",
    ]  # fmt: skip
    assert len([text for text, _ in read.texts if text.startswith("Sources: ")]) == len(places)
    assert len([text for text, _ in read.texts if text.startswith("Answer to question")]) == len(places)


def test_a_report_tells_its_facts_and_where_its_data_is() -> None:
    read = Read(report("es"))
    texts = [text for text, _ in read.texts]
    assert {"2 de marzo de 2026", "ab" * 32, "2"} <= set(texts)
    assert "/api/v1/published/r-1/main/XYZ" in read.values("href")
    assert ("time", {"datetime": "2026-03-02"}) in read.elements


def test_every_route_is_strict_declares_its_action_and_is_not_described() -> None:
    assert routes.routes
    for route in routes.routes:
        assert isinstance(route, StrictRoute)
        assert isinstance(route, APIRoute)
        assert (route.openapi_extra or {})["x-action"] == "published.read"
        assert not route.include_in_schema
        assert route.methods == {"GET"}


@pytest.mark.parametrize(("header", "to"), [("pt-BR,en;q=0.5", "/pt/"), ("de", "/en/"), ("", "/en/")])
def test_the_front_door_leads_to_the_readers_language(header: str, to: str) -> None:
    assert front(asked(accept_language=header)).headers["location"] == to


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_an_unknown_file_is_a_page_that_says_so(api: Api) -> None:
    found = await api.get("/static/other.css", headers={"Accept-Language": "fr"})
    assert (found.status_code, found.headers["content-language"]) == (404, "fr")


@pytest.mark.parametrize("text", ["", "R-1", "r 1", "r\x00", "r\n", "-r", "r/1", "é", "a" * 81])
def test_what_can_be_no_code_is_not_looked_for(text: str) -> None:
    assert CODE.fullmatch(text) is None


@pytest.mark.parametrize("text", ["", "xyz", "XY", "XYZW", "XY\n", "XYZ\n", "É" * 3])
def test_what_can_be_no_state_is_not_looked_for(text: str) -> None:
    assert STATE.fullmatch(text) is None
