"""Does every page speak all its languages, and never pretend a text to be in another than it is?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from string import Formatter

import pytest

from mem.core.yaml import Source, read_yaml
from mem.web.words import FILE, LANGUAGES, Passage, preferred, words_by_language

READ = read_yaml(FILE, FILE.name)
assert isinstance(READ, Source)
TEXTS: dict[str, dict[str, str]] = READ.data


@pytest.mark.parametrize("key", TEXTS)
def test_a_word_is_there_in_every_language_with_the_same_fields(key: str) -> None:
    texts = TEXTS[key]
    assert set(texts) == set(LANGUAGES)
    assert all(text.strip() for text in texts.values())
    assert (
        len({frozenset(field for _, field, _, _ in Formatter().parse(text) if field) for text in texts.values()}) == 1
    )


def test_every_language_has_twelve_months_and_its_own_name() -> None:
    assert {len(words["months"].split()) for words in words_by_language().values()} == {12}
    assert len({words["name"] for words in words_by_language().values()}) == len(LANGUAGES)
    assert all(f"in_{language}" in TEXTS for language in LANGUAGES)


@pytest.mark.parametrize(
    ("language", "at", "said"),
    [
        ("en", datetime(2019, 12, 1, tzinfo=UTC), "1 December 2019"),
        ("es", datetime(2019, 12, 1, tzinfo=UTC), "1 de diciembre de 2019"),
        ("fr", datetime(2019, 12, 1, tzinfo=UTC), "1er décembre 2019"),
        ("fr", datetime(2019, 8, 21, tzinfo=UTC), "21 août 2019"),
        ("pt", datetime(2019, 3, 31, tzinfo=UTC), "31 de março de 2019"),
        ("en", datetime(2019, 12, 31, 22, tzinfo=timezone(timedelta(hours=-4))), "1 January 2020"),
        ("es", date(2019, 12, 31), "31 de diciembre de 2019"),
    ],
)
def test_a_day_is_written_as_the_language_writes_it_and_counted_in_utc(language: str, at: date, said: str) -> None:
    assert words_by_language()[language].date(at) == said


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ({"en": "yes", "fr": "oui"}, Passage("oui")),
        ({"es": "sí", "en": "yes"}, Passage("yes", "en", "En anglais")),
        ({"pt": "sim"}, Passage("sim", "pt", "En portugais")),
        ({"ht": "wi"}, Passage("wi", "ht", "Dans une autre langue (ht)")),
    ],
)
def test_a_text_that_is_missing_is_shown_in_the_language_it_is_in(text: dict[str, str], passage: Passage) -> None:
    assert words_by_language()["fr"].passage(text) == passage


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
        ("de, es;q=0.3, fr;q=0.7", "fr"),
        ("fr;q=0.5,es;q=0.5", "fr"),
        ("FR-ca ; q=0.9", "fr"),
        ("es;q=0, en;q=0.1", "en"),
        ("es;q=0", "en"),
        ("de,it", "en"),
        ("*", "en"),
        ("fr;q=2, es;q=0.1", "es"),
        ("fr;q=nan, es", "es"),
        ("fr;q=, pt;x=1, ,;;,es", "es"),
        ("x" * 100_000 + ",fr", "en"),
    ],
)
def test_the_reader_gets_the_best_of_the_languages_there_are(header: str, language: str) -> None:
    assert preferred(header) == language
