"""Is a text in several languages held whole, and is the language that is shown the one it really is in?"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from mem.core.errors import Reason
from mem.core.languages import LocalizedText, shown, unknown

TEXT: TypeAdapter[dict[str, str]] = TypeAdapter(LocalizedText)


@pytest.mark.parametrize(
    ("text", "language", "fallback", "found"),
    [
        ({"en": "yes", "es": "sí"}, "es", (), ("sí", "es")),
        ({"en": "yes", "es": "sí"}, "en", ("es",), ("yes", "en")),
        ({"en": "yes", "es": "sí"}, "fr", ("es", "en"), ("sí", "es")),
        ({"en": "yes", "es": "sí"}, "fr", ("pt", "en"), ("yes", "en")),
        ({"es": "sí", "en": "yes"}, "fr", (), ("sí", "es")),
        ({"pt": "sim"}, "fr", ("en", "es"), ("sim", "pt")),
        ({"en": ""}, "en", (), ("", "en")),
    ],
)
def test_the_language_asked_for_is_shown_then_the_fallbacks_then_the_first_there_is(
    text: dict[str, str], language: str, fallback: tuple[str, ...], found: tuple[str, str]
) -> None:
    assert shown(text, language, fallback) == found


def test_a_text_without_any_language_cannot_be_shown() -> None:
    with pytest.raises(LookupError):
        shown({}, "en", ("es",))


@pytest.mark.parametrize("text", [{"en": "a"}, {"en": "a", "es": "b", "fr": "c", "pt": "d"}, {"en": "x" * 20_000}])
def test_a_text_by_language_code_is_taken(text: Any) -> None:
    assert TEXT.validate_python(text) == text


@pytest.mark.parametrize(
    "text",
    [
        {},
        {"EN": "a"},
        {"eng": "a"},
        {"e": "a"},
        {"": "a"},
        {"en": ""},
        {"en": None},
        {"en": 1},
        {"en": "x" * 20_001},
        "a",
    ],
)
def test_what_is_no_text_by_language_code_is_not(text: Any) -> None:
    with pytest.raises(ValidationError):
        TEXT.validate_python(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, []),
        ({}, []),
        ({"en": "a", "es": "b"}, []),
        ({"de": "a"}, ["de"]),
        ({"en": "a", "nl": "b", "xx": "c"}, ["nl", "xx"]),
    ],
)
def test_each_language_that_there_is_not_is_told_where_it_stands(text: dict[str, str] | None, found: list[str]) -> None:
    told = [
        Reason("unknown_language", "The mechanism has no such language.", f"/text/{language}") for language in found
    ]
    assert list(unknown(text, ("en", "es"), "/text")) == told
