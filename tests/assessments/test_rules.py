"""May a finding or a conclusion be stored: does it cite what is there and use the scale; and do the voices agree?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from tests.methods_of import real_method

from mem.assessments.rules import (
    Citable,
    Citation,
    Judgement,
    Spoken,
    agreement,
    conclusion_faults,
    faults,
    language_faults,
    spoken_faults,
)
from mem.workflow.definition import Scale

PIECE = UUID("00000000-0000-0000-0000-0000000000e1")
LOST = UUID("00000000-0000-0000-0000-0000000000e2")
UNITS = {"IS-1.1", "IS-1.2"}
CITABLE = Citable({"is_1_1": 3, "is_1_2": 1}, {PIECE})
TEXT = {"en": "It does."}
RIGHT = Judgement("IS-1.1", TEXT, "completed", (Citation(answer="is_1_1", version=3),), 0)


@pytest.fixture(scope="module")
def scale() -> Scale:
    return real_method().scale("sixth_round")


def told(found: Any) -> list[tuple[str, str]]:
    return [(reason.code, reason.where or reason.about) for reason in found]


@pytest.mark.parametrize(
    "citations",
    [
        (Citation(answer="is_1_1", version=3),),
        (Citation(answer="is_1_1", version=1),),
        (Citation(evidence=PIECE),),
        (Citation(evidence=PIECE), Citation(answer="is_1_2", version=1), Citation(answer="is_1_1", version=2)),
    ],
)
@pytest.mark.parametrize("rating", ["completed", "mostly_completed", "partially_completed", "not_applicable"])
def test_a_finding_that_cites_what_is_there_and_rates_on_the_scale_is_right(
    rating: str, citations: tuple[Citation, ...], scale: Scale
) -> None:
    judged = replace(RIGHT, rating=rating, citations=citations)
    assert list(faults(judged, UNITS, scale, CITABLE)) == []
    assert list(conclusion_faults(judged, UNITS, scale, CITABLE)) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"unit": "IS-1.3"}, [("unknown_unit", "/unit")]),
        ({"unit": "IS-1"}, [("unknown_unit", "/unit")]),
        ({"unit": ""}, [("unknown_unit", "/unit")]),
        ({"rating": "excellent"}, [("off_scale", "/rating")]),
        ({"rating": "Completed"}, [("off_scale", "/rating")]),
        ({"rating": ""}, [("off_scale", "/rating")]),
        ({"citations": ()}, [("citation_needed", "/citations")]),
        (
            {"unit": "x", "rating": "x", "citations": ()},
            [("unknown_unit", "/unit"), ("off_scale", "/rating"), ("citation_needed", "/citations")],
        ),
        (
            {"citations": (Citation(evidence=LOST), Citation(evidence=PIECE), Citation())},
            [("unknown_citation", "/citations/0"), ("unknown_citation", "/citations/2")],
        ),
    ],
)
def test_each_fault_of_a_finding_is_told_where_it_is(
    change: dict[str, Any], found: list[tuple[str, str]], scale: Scale
) -> None:
    judged = replace(RIGHT, **change)
    assert told(faults(judged, UNITS, scale, CITABLE)) == found
    assert told(conclusion_faults(judged, UNITS, scale, CITABLE)) == found


@pytest.mark.parametrize(
    ("citation", "stands"),
    [
        (Citation(answer="is_1_1", version=1), True),
        (Citation(answer="is_1_1", version=3), True),
        (Citation(answer="is_1_1", version=4), False),
        (Citation(answer="is_1_1", version=0), False),
        (Citation(answer="is_1_1", version=-1), False),
        (Citation(answer="is_1_1"), False),
        (Citation(answer="is_1_2", version=2), False),
        (Citation(answer="is_9_9", version=1), False),
        (Citation(answer="", version=1), False),
        (Citation(evidence=PIECE), True),
        (Citation(evidence=LOST), False),
        (Citation(evidence=PIECE, version=1), False),
        (Citation(answer="is_1_1", version=1, evidence=PIECE), False),
        (Citation(answer="is_1_1", evidence=PIECE), False),
        (Citation(version=1), False),
        (Citation(), False),
    ],
)
def test_a_citation_stands_on_a_version_that_is_there_or_on_a_piece_of_evidence_never_on_both(
    citation: Citation, stands: bool, scale: Scale
) -> None:
    found = told(faults(replace(RIGHT, citations=(citation,)), UNITS, scale, CITABLE))
    assert found == ([] if stands else [("unknown_citation", "/citations/0")])


def test_where_a_fault_is_begins_with_where_the_judgement_is(scale: Scale) -> None:
    judged = Judgement("x", TEXT, "started", (Citation(),), 0, "/items/4")
    assert told(conclusion_faults(judged, UNITS, scale, CITABLE)) == [
        ("unknown_unit", "/items/4/unit"),
        ("unknown_citation", "/items/4/citations/0"),
        ("recommendation_needed", "/items/4/recommendation"),
    ]


ALREADY, NEWEST = {"IS-1.2"}, {"IS-1.1": 1, "IS-1.2": 3, "IS-1.3": 2}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([("IS-1.1", 1), ("IS-1.3", 2)], []),
        ([("IS-1.1", 1), ("IS-1.1", 1)], [("twice", "/1/unit")]),
        ([("IS-9.9", 1)], [("no_conclusion", "/0/unit")]),
        ([("IS-1.2", 3)], [("already_spoken", "/0/unit")]),
        ([("IS-1.2", 2)], []),  # that it is out of date is told by the version, which may be seen and said anew
        (
            [("IS-9.9", 1), ("IS-9.9", 1), ("IS-1.2", 3)],
            [("no_conclusion", "/0/unit"), ("twice", "/1/unit"), ("no_conclusion", "/1/unit"),
             ("already_spoken", "/2/unit")],
        ),
    ],
)  # fmt: skip
def test_a_voice_speaks_once_to_each_conclusion_that_there_is(
    said: list[tuple[str, int]], found: list[tuple[str, str]]
) -> None:
    spoken = [Spoken(unit, version, None, f"/{index}") for index, (unit, version) in enumerate(said)]
    assert told(spoken_faults(spoken, NEWEST, ALREADY, ("en",))) == found


def test_a_dissent_is_in_a_language_that_the_mechanism_has() -> None:
    said = [Spoken("IS-1.1", 1, {"en": "No.", "de": "Nein."}, "/0")]
    assert told(spoken_faults(said, NEWEST, set(), ("en", "es"))) == [("unknown_language", "/0/dissent/de")]


@pytest.mark.parametrize(
    ("voices", "stances", "expected"),
    [
        (("CHL", "JAM"), {}, "open"),
        (("CHL", "JAM"), {"CHL": True}, "open"),
        (("CHL", "JAM"), {"CHL": False}, "open"),
        (("CHL", "JAM"), {"CHL": True, "JAM": True}, "consensus"),
        (("CHL", "JAM"), {"CHL": True, "JAM": False}, "dissent"),
        (("CHL", "JAM"), {"CHL": False, "JAM": False}, "dissent"),
        (("CHL",), {"CHL": True, "JAM": False}, "consensus"),  # a voice that has ended counts no longer
    ],
)
def test_there_is_consensus_when_every_voice_that_counts_agrees(
    voices: tuple[str, ...], stances: dict[str, bool], expected: str
) -> None:
    assert agreement(voices, stances) == expected


@pytest.mark.parametrize(
    ("rating", "demanded"),
    [
        ("completed", False),
        ("mostly_completed", False),
        ("partially_completed", False),
        ("started", True),
        ("not_started", True),
        ("not_applicable", False),
    ],
)
def test_a_recommendation_is_demanded_by_the_ratings_that_the_scale_says(
    rating: str, demanded: bool, scale: Scale
) -> None:
    judged = replace(RIGHT, rating=rating)
    found = told(conclusion_faults(judged, UNITS, scale, CITABLE))
    assert found == ([("recommendation_needed", "/recommendation")] if demanded else [])
    given = replace(judged, recommendation={"en": "Do it."})
    assert told(conclusion_faults(given, UNITS, scale, CITABLE)) == []


def test_a_finding_needs_no_recommendation_whatever_its_rating(scale: Scale) -> None:
    assert list(faults(replace(RIGHT, rating="not_started"), UNITS, scale, CITABLE)) == []


def test_the_table_of_ratings_is_the_real_scale(scale: Scale) -> None:
    assert [value.code for value in scale.values if value.demands_recommendation] == ["started", "not_started"]
    assert [value.code for value in scale.values if not value.applicable] == ["not_applicable"]


def test_every_text_of_a_judgement_is_in_a_language_that_there_is() -> None:
    other = {"en": "Known.", "de": "Unbekannt."}
    judged = replace(RIGHT, where="/0", text=other, recommendation=other)
    assert told(language_faults(judged, ("en", "es"))) == [
        ("unknown_language", place) for place in ("/0/text/de", "/0/recommendation/de")
    ]
    assert list(language_faults(judged, ("en", "de"))) == []
