"""Does a sentence come in just those languages in which all of it can be said?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.methods_of import real_method, real_tree

from mem.reports.definition import report_of
from mem.reports.record import Record

LANGUAGES = ("en", "es", "fr", "pt")
STATE = {"en": "Brazil", "es": "Brasil", "pt": "Brasil"}


@pytest.fixture(scope="module")
def record() -> Record:
    method = real_method()
    return Record(
        report=report_of(method), languages=LANGUAGES, tree=real_tree(), scale=method.scale("sixth_round"),
        synthetic=True, origin=[], names={"state": STATE}, excluded={}, rated=(), answers={}, evidence={}, totals={},
        conclusions={},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sentences", "fields", "expected"),
    [
        ({"en": "In {state}.", "es": "En {state}."}, {}, {"en": "In Brazil.", "es": "En Brasil."}),
        ({"en": "{n} in {state}."}, {"n": 3}, {"en": "3 in Brazil."}),
        ({"en": "{text}", "es": "{text}"}, {"text": {"es": "Sí."}}, {"es": "Sí."}),
        ({"en": "{text}"}, {"text": {"fr": "Oui."}}, {"en": "Oui."}),  # no language has all of it: the first, as it is
    ],
)
def test_a_sentence_is_filled_in_the_languages_in_which_all_of_it_can_be_said(
    record: Record, sentences: dict[str, str], fields: dict[str, dict[str, str] | str | int], expected: dict[str, str]
) -> None:
    spoken = replace(record, languages=[language for language in LANGUAGES if language in sentences])
    assert spoken.fill(sentences, fields) == expected


@pytest.mark.parametrize(
    ("code", "options", "language", "expected"),
    [
        ("yes", {}, "es", "sí"),
        ("yes", {"yes": {"en": "certainly"}}, "en", "certainly"),
        ("yes", {"yes": {"en": "certainly"}}, "es", "certainly"),
        ("nowhere", {}, "en", "nowhere"),
    ],
)
def test_a_code_has_the_label_of_its_question_else_of_the_report_else_its_own(
    record: Record, code: str, options: dict[str, dict[str, str]], language: str, expected: str
) -> None:
    assert record.label(code, options, language) == expected
