"""Is every kind of source told in words, and does it point where it can?"""

from __future__ import annotations

from typing import Any

import pytest

from mem.web.sources import SourceLine, told
from mem.web.words import LANGUAGES, words_by_language

HASH, ID = "0123456789abcdef" * 4, "5b21793e-67e0-4d16-ab82-5fa1b9682a3d"
HEADINGS = {"A-1": "p-A-1-heading"}

TABLE: list[tuple[dict[str, Any], SourceLine]] = [
    ({"kind": "goal", "code": "A-1"}, SourceLine("Plan of action, A-1", "p-A-1-heading")),
    ({"kind": "goal", "code": "B"}, SourceLine("Plan of action, B")),
    (
        {"kind": "answer", "question": "a_1", "version": 3, "question_sha256": HASH},
        SourceLine("Answer to question a_1, version 3"),
    ),
    ({"kind": "evidence", "id": ID, "sha256": HASH}, SourceLine("Evidence, SHA-256 0123456789ab…")),
    ({"kind": "round", "code": "round-7"}, SourceLine("Record of the round round-7")),
    ({"kind": "method", "sha256": HASH}, SourceLine("Method of the round, SHA-256 0123456789ab…")),
    (
        {"kind": "conclusion", "unit": "A-1", "version": 2},
        SourceLine("Conclusion of the experts on A-1, version 2", "p-A-1-heading"),
    ),
    (
        {"kind": "comment", "id": ID, "disposition": "partly_accepted"},
        SourceLine("Comment of the evaluated state 5b21793e-67e…, accepted in part"),
    ),
    ({"kind": "absence", "unit": "A-1"}, SourceLine("No answer was given on A-1", "p-A-1-heading")),
    ({"kind": "omen", "bird": "owl"}, SourceLine("kind omen, bird owl")),
]


@pytest.mark.parametrize(("source", "line"), TABLE)
def test_a_source_is_told_in_words(source: dict[str, Any], line: SourceLine) -> None:
    assert told(words_by_language()["en"], [source], HEADINGS) == [line]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_has_no_source_says_that_its_wording_is_fixed(language: str) -> None:
    words = words_by_language()[language]
    assert told(words, [], {}) == [SourceLine(words["source_none"])]
