"""Does each kind of block say what the record holds, in every language, with its sources and under a stable key?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from string import Formatter
from typing import Any

import pytest
from tests.methods_of import real_method, real_tree

from mem.plans.definition import Plan, Tree
from mem.questionnaires.definition import Form, Question, Questionnaire, Section
from mem.reports.blocks import KINDS, NAMED, paragraphs
from mem.reports.definition import Block, Report, report_of
from mem.reports.record import Attached, Conclusion, Dissent, Given, Paragraph, Record
from mem.workflow.definition import Scale

LANGUAGES = ("en", "es", "fr", "pt")


def said(text: str) -> dict[str, str]:
    """A sentence that tells its language apart."""
    return {language: f"{language}: {text}" for language in LANGUAGES}


TREE = Tree(
    Plan.model_validate(
        {
            "plan": "small",
            "version": 1,
            "title": {"en": "Small plan"},
            "source": "Here",
            "levels": [
                {"name": "area", "plural": "areas", "wording": "title"},
                {"name": "goal", "plural": "goals", "wording": "title"},
                {"name": "deed", "plural": "deeds", "wording": "text"},
            ],
            "units": [
                {
                    "code": "A",
                    "text": {"en": "First", "es": "Primera"},
                    "units": [
                        {
                            "code": "A-1",
                            "text": {"en": "Goal one"},
                            "notes": ["¹ So.", "² And so."],
                            "units": [
                                {"code": "A-1.1", "text": {"en": "Do this."}},
                                {"code": "A-1.2", "text": {"en": "Do that."}},
                            ],
                        },
                        {
                            "code": "A-2",
                            "text": {"en": "Goal two"},
                            "units": [{"code": "A-2.1", "text": {"en": "More."}}],
                        },
                    ],
                },
                {"code": "B", "text": {"en": "Second"}},
            ],
        }
    )
)
SCALE = Scale.model_validate(
    {
        "title": {"en": "Scale"},
        "values": [
            {"code": "done", "label": {"en": "done", "es": "hecha", "fr": "faite", "pt": "feita"}},
            {"code": "begun", "label": {"en": "begun", "es": "iniciada"}},
            {"code": "none", "label": {"en": "none", "es": "ninguna", "fr": "aucune", "pt": "nenhuma"}},
        ],
    }
)
REPORT = Report.model_validate(
    {
        "documents": {},
        "sentences": {
            "preface": said("{official} in {round}, {judged} of {plan}, {left_out}, {answers}, {evidence}"),
            "told_whole": said("all of {judged}"),
            "notice": said("{state} is invented"),
            "told": said("{state} says, with {evidence}"),
            "answer": said("{question} {answer}."),
            "silent": said("{state} says nothing, with {evidence}"),
            "rated": said("rated {rating}"),
            "advice": said("advice: {text}"),
            "summed": said("{unit}: {counts}"),
            "omitted": said("{unit}: {reason}"),
        },
        "labels": {
            "yes": {"en": "yes", "es": "sí", "fr": "oui", "pt": "sim"},
            "no": {"en": "no", "es": "no", "fr": "non", "pt": "não"},
            "not_applicable": {"en": "not applicable", "es": "no aplica", "fr": "sans objet", "pt": "não se aplica"},
            "documents": {"en": "documents", "es": "documentos", "fr": "documents", "pt": "documentos"},
        },
    }
)
FORM = Form(
    Questionnaire.model_validate(
        {"questionnaire": "q", "version": 1, "plan": "small", "title": {"en": "Q"}, "years": [2016], "sections": ["A"]}
    ),
    [
        Section(
            area="A",
            questions=[
                Question.model_validate(one)
                for one in (
                    {"key": "law", "units": ["A-1.1"], "type": "yes_no", "text": {"en": "Law?", "es": "¿Ley?"}},
                    {
                        "key": "kind",
                        "units": ["A-1.1"],
                        "type": "single_choice",
                        "text": {"en": "Which?", "es": "¿Cuál?", "fr": "Lequel ?"},
                        "choices": [{"code": "old", "label": {"en": "Old", "es": "Vieja"}}],
                    },
                )
            ],
        )
    ],
)
LAW, KIND = FORM.asked["law"], FORM.asked["kind"]
HOW = {"key": "how", "units": ["IS-1.1"], "type": "text", "text": dict.fromkeys(LANGUAGES, "How?")}
ANY = Form(FORM.head, [Section(area="A", questions=[Question.model_validate(HOW)])]).asked["how"]
CONCLUDED = {"kind": "conclusion", "unit": "A-1.1", "version": 2}
CITED = {"kind": "answer", "question": "law", "version": 1}
ORIGIN = [{"kind": "round", "code": "r7"}, {"kind": "method", "sha256": "ef" * 32}]
ATTACHED = Attached("e1", "ab" * 32, "A decree")

RECORD = Record(
    report=REPORT,
    languages=LANGUAGES,
    tree=TREE,
    scale=SCALE,
    synthetic=False,
    origin=ORIGIN,
    names={
        "state": {"en": "Brazil", "es": "Brasil", "fr": "Brésil", "pt": "Brasil"},
        "the_state": {"en": "Brazil", "es": "el Brasil", "fr": "le Brésil", "pt": "o Brasil"},
        "official": dict.fromkeys(LANGUAGES, "Federative Republic of Brazil"),
        "round": dict.fromkeys(LANGUAGES, "7th round"),
        "plan": dict.fromkeys(LANGUAGES, "Small plan"),
    },
    excluded={},
    rated=TREE.at("deed"),
    answers={"A-1.1": [Given(LAW, 3, True, None), Given(KIND, 1, "old", None)]},
    evidence={"A-1.1": [ATTACHED], "A-1.2": [ATTACHED, Attached("e2", "cd" * 32, "A map")]},
    totals={"judged": 3, "left_out": 0, "answers": 2, "evidence": 2},
    conclusions={
        "A-1.1": Conclusion({"en": "It is done."}, "done", None, [CONCLUDED, CITED]),
        "A-1.2": Conclusion({"en": "It has begun."}, "begun", {"en": "Go on."}, [{**CONCLUDED, "unit": "A-1.2"}]),
        "A-2.1": Conclusion({"en": "So is this."}, "done", None, [{**CONCLUDED, "unit": "A-2.1"}]),
    },
)


def block(kind: str, pattern: str | None = None, **more: Any) -> Block:
    return Block.model_validate({"block": kind, "pattern": pattern, **more})


BY_DEED = [
    block("heading"),
    block("reported", "told", without="silent"),
    block("answers", "answer"),
    block("finding"),
    block("rating", "rated"),
    block("recommendation", "advice"),
]
DOCUMENT = [
    block("synthetic_notice", "notice"),
    block("sentence", "preface"),
    block(
        "units",
        level="area",
        blocks=[
            block("heading"),
            block(
                "units",
                level="goal",
                blocks=[
                    block("heading"),
                    block("notes"),
                    block("units", level="deed", blocks=BY_DEED),
                    block("summary", "summed"),
                ],
            ),
        ],
    ),
    block("exclusions", "omitted"),
]


def made(one: Block, unit: str | None, record: Record = RECORD) -> Paragraph | None:
    """What one block says of a unit: at most one paragraph."""
    found = list(paragraphs(record, [one], None if unit is None else TREE.units[unit]))
    assert len(found) <= 1
    return found[0] if found else None


def sure(one: Block, unit: str | None, record: Record = RECORD) -> Paragraph:
    found = made(one, unit, record)
    assert found is not None
    return found


def keys(blocks: Sequence[Block], record: Record = RECORD) -> list[str]:
    return [paragraph.key for paragraph in paragraphs(record, blocks)]


def test_a_sentence_fills_its_fields_in_every_language() -> None:
    found = sure(block("sentence", "preface"), None)
    official = "Federative Republic of Brazil in 7th round, 3 of Small plan, 0, 2, 2"
    assert found == Paragraph("preface", "sentence", None, 0, said(official), ORIGIN)


def test_a_name_is_told_in_each_language() -> None:
    found = sure(block("synthetic_notice", "notice"), None, replace(RECORD, synthetic=True))
    assert found.text == {
        "en": "en: Brazil is invented",
        "es": "es: Brasil is invented",
        "fr": "fr: Brésil is invented",
        "pt": "pt: Brasil is invented",
    }
    assert (found.key, found.unit, found.sources) == ("notice", None, ORIGIN)


@pytest.mark.parametrize("synthetic", [False, True])
def test_the_notice_stands_exactly_on_what_is_synthetic(synthetic: bool) -> None:
    record = replace(RECORD, synthetic=synthetic)
    assert (made(block("synthetic_notice", "notice"), None, record) is not None) is synthetic
    assert ("notice" in keys(DOCUMENT, record)) is synthetic


@pytest.mark.parametrize(
    ("unit", "depth", "level", "text"),
    [
        ("A", 1, "area", {"en": "A First", "es": "A Primera"}),
        ("A-1", 2, "goal", {"en": "A-1 Goal one"}),
        ("A-1.2", 3, "deed", {"en": "A-1.2 Do that."}),
    ],
)
def test_a_heading_is_the_adopted_wording_with_its_code_as_deep_as_its_level(
    unit: str, depth: int, level: str, text: dict[str, str]
) -> None:
    found = sure(block("heading"), unit)
    assert found == Paragraph(f"{unit}/heading", "heading", unit, depth, text, [{"kind": level, "code": unit}])


def test_that_a_country_reported_is_told_with_every_source() -> None:
    found = sure(block("reported", "told", without="silent"), "A-1.1")
    assert found.text == {
        "en": "en: Brazil says, with 1",
        "es": "es: Brasil says, with 1",
        "fr": "fr: Brésil says, with 1",
        "pt": "pt: Brasil says, with 1",
    }
    assert found.sources == [
        {"kind": "deed", "code": "A-1.1"},
        {"kind": "answer", "question": "law", "version": 3, "question_sha256": LAW.digest},
        {"kind": "answer", "question": "kind", "version": 1, "question_sha256": KIND.digest},
        {"kind": "evidence", "id": "e1", "sha256": "ab" * 32},
    ]
    assert (found.key, found.block, found.unit, found.rating) == ("A-1.1/reported", "reported", "A-1.1", None)


def answers(*given: Given) -> list[Paragraph]:
    record = replace(RECORD, answers={"A-1.1": given})
    return list(paragraphs(record, [block("answers", "answer")], TREE.units["A-1.1"]))


def test_each_answer_is_told_with_its_question_in_the_languages_that_both_have() -> None:
    found = answers(Given(LAW, 3, False, None), Given(KIND, 1, "old", None))
    assert [(one.key, one.text) for one in found] == [
        ("A-1.1/answers/law", {"en": "en: Law? no.", "es": "es: ¿Ley? no."}),
        ("A-1.1/answers/kind", {"en": "en: Which? Old.", "es": "es: ¿Cuál? Vieja."}),
    ]
    assert [one.sources for one in found] == [
        [{"kind": "answer", "question": "law", "version": 3, "question_sha256": LAW.digest}],
        [{"kind": "answer", "question": "kind", "version": 1, "question_sha256": KIND.digest}],
    ]
    assert {(one.block, one.unit) for one in found} == {("answers", "A-1.1")}
    assert answers() == []


@pytest.mark.parametrize("reason", ["No law is needed", "No law is needed."])
def test_what_does_not_apply_is_told_with_its_reason(reason: str) -> None:
    (found,) = answers(Given(LAW, 1, None, reason))
    assert found.text == {
        "en": "en: Law? not applicable (No law is needed).",
        "es": "es: ¿Ley? no aplica (No law is needed).",
    }


@pytest.mark.parametrize("value", ["By decree", "By decree."])
def test_a_text_is_told_as_it_was_written_with_one_full_stop(value: str) -> None:
    how = {"key": "how", "units": ["A-1.1"], "type": "text", "text": {"pt": "Como?", "fr": "Comment?"}}
    asked = Form(FORM.head, [Section(area="A", questions=[Question.model_validate(how)])]).asked["how"]
    (found,) = answers(Given(asked, 1, value, None))
    assert found.text == {"fr": "fr: Comment? By decree.", "pt": "pt: Como? By decree."}


def test_the_notes_of_a_unit_are_told_as_adopted_each_under_its_number() -> None:
    found = list(paragraphs(RECORD, [block("notes")], TREE.units["A-1"]))
    source = [{"kind": "goal", "code": "A-1"}]
    assert found == [
        Paragraph("A-1/notes/1", "notes", "A-1", 0, {"en": "¹ So."}, source),
        Paragraph("A-1/notes/2", "notes", "A-1", 0, {"en": "² And so."}, source),
    ]
    assert made(block("notes"), "A-2") is None


@pytest.mark.parametrize(
    ("unit", "count", "evidence"),
    [
        ("A-1.2", 2, [("e1", "ab" * 32), ("e2", "cd" * 32)]),
        ("A-2.1", 0, []),
    ],
)
def test_silence_is_told_as_silence_and_its_source_is_the_absence(
    unit: str, count: int, evidence: list[tuple[str, str]]
) -> None:
    found = sure(block("reported", "told", without="silent"), unit)
    assert found.text["fr"] == f"fr: Brésil says nothing, with {count}"
    assert found.sources == [
        {"kind": "deed", "code": unit},
        *({"kind": "evidence", "id": one, "sha256": sha256} for one, sha256 in evidence),
        {"kind": "absence", "unit": unit},
    ]


def test_a_finding_is_what_was_concluded_with_what_it_stands_on() -> None:
    assert sure(block("finding"), "A-1.1") == Paragraph(
        "A-1.1/finding",
        "finding",
        "A-1.1",
        0,
        {"en": "It is done."},
        [{"kind": "deed", "code": "A-1.1"}, CONCLUDED, CITED],
    )


@pytest.mark.parametrize(
    ("unit", "rating", "text"),
    [
        ("A-1.1", "done", {"en": "done", "es": "hecha", "fr": "faite", "pt": "feita"}),
        ("A-1.2", "begun", {"en": "begun", "es": "iniciada"}),
    ],
)
def test_a_rating_is_told_by_its_label_and_kept_by_its_code(unit: str, rating: str, text: Mapping[str, str]) -> None:
    found = sure(block("rating", "rated"), unit)
    assert found.text == {language: f"{language}: rated {label}" for language, label in text.items()}
    assert (found.key, found.rating) == (f"{unit}/rating", rating)
    assert found.sources == [{"kind": "deed", "code": unit}, *RECORD.conclusions[unit].sources]


def test_a_recommendation_is_told_where_there_is_one() -> None:
    found = sure(block("recommendation", "advice"), "A-1.2")
    assert found.text == {"en": "en: advice: Go on."}
    assert found.sources == [{"kind": "deed", "code": "A-1.2"}, {**CONCLUDED, "unit": "A-1.2"}]
    assert made(block("recommendation", "advice"), "A-1.1") is None


def test_each_dissent_is_told_with_the_conclusion_it_is_held_against_and_by_number_not_by_state() -> None:
    source = {"kind": "conclusion", "unit": "IS-1.1", "version": 1}
    cited = {"kind": "answer", "question": "is_1_1", "version": 1}
    against = [Dissent(code, {"en": code.title()}, {"en": f"{code}: no."}) for code in ("CHL", "PER")]
    conclusion = Conclusion({"en": "So."}, "started", None, [source, cited], against)
    record = replace(real_record(), conclusions={"IS-1.1": conclusion})
    blocks = [Block(block="dissents", pattern="dissent_recorded")]
    said = list(paragraphs(record, blocks, record.tree.units["IS-1.1"]))
    assert [one.key for one in said] == ["IS-1.1/dissents/1", "IS-1.1/dissents/2"]
    assert [one.text["en"].rpartition(": ")[2] for one in said] == ["no.", "no."]
    assert all(one.sources == [{"kind": "action", "code": "IS-1.1"}, source] for one in said)
    assert list(paragraphs(record, blocks, record.tree.units["IS-1.2"])) == []


@pytest.mark.parametrize("one", [block("finding"), block("rating", "rated"), block("recommendation", "advice")])
def test_without_a_conclusion_nothing_is_judged(one: Block) -> None:
    assert made(one, "A-1.2", replace(RECORD, conclusions={})) is None
    assert made(one, "A-1") is None


@pytest.mark.parametrize(
    ("unit", "counts", "inside"),
    [
        ("A-1", {"en": "done 1, begun 1", "es": "hecha 1, iniciada 1"}, ["A-1.1", "A-1.2"]),
        ("A-2", {"en": "done 1", "es": "hecha 1", "fr": "faite 1", "pt": "feita 1"}, ["A-2.1"]),
        ("A", {"en": "done 2, begun 1", "es": "hecha 2, iniciada 1"}, ["A-1.1", "A-1.2", "A-2.1"]),
    ],
)
def test_a_summary_counts_the_ratings_inside_in_the_order_of_the_scale(
    unit: str, counts: dict[str, str], inside: list[str]
) -> None:
    found = sure(block("summary", "summed"), unit)
    assert found.text == {language: f"{language}: {unit}: {text}" for language, text in counts.items()}
    assert found.key == f"{unit}/summary"
    assert found.sources[1:] == [{**CONCLUDED, "unit": code} for code in inside]
    assert found.sources[0]["code"] == unit


def test_where_nothing_is_concluded_there_is_nothing_to_sum_up() -> None:
    assert made(block("summary", "summed"), "B") is None
    assert made(block("summary", "summed"), "A", replace(RECORD, conclusions={})) is None


@pytest.mark.parametrize(
    "one",
    [
        block("heading"),
        block("notes"),
        block("reported", "told", without="silent"),
        block("answers", "answer"),
        block("finding"),
        block("rating", "rated"),
        block("recommendation", "advice"),
        block("summary", "summed"),
    ],
)
def test_a_block_about_a_unit_says_nothing_outside_of_one(one: Block) -> None:
    assert made(one, None) is None


def test_what_is_left_out_is_told_with_its_reason_in_the_order_of_the_plan() -> None:
    record = replace(RECORD, excluded={"B": "Later.", "A-1.2": "Not here."})
    found = list(paragraphs(record, [block("exclusions", "omitted")]))
    assert [(one.key, one.unit, one.text["es"], one.sources) for one in found] == [
        ("A-1.2/exclusions", "A-1.2", "es: A-1.2: Not here.", [{"kind": "deed", "code": "A-1.2"}]),
        ("B/exclusions", "B", "es: B: Later.", [{"kind": "area", "code": "B"}]),
    ]
    assert made(block("exclusions", "omitted"), None) is None


def test_what_is_left_out_with_all_below_it_is_told_once() -> None:
    out = {**dict.fromkeys(("A", "A-1", "A-1.1", "A-2", "A-2.1"), "Later."), "A-1.2": "Not here."}
    found = paragraphs(replace(RECORD, excluded=out), [block("exclusions", "omitted")])
    assert [one.text["es"] for one in found] == ["es: A: Later.", "es: A-1.2: Not here."]


@pytest.mark.parametrize(
    ("excluded", "units"),
    [
        ({}, ["A", "A-1", "A-1.1", "A-1.2", "A-2", "A-2.1", "B"]),
        ({"A-1.2": "x"}, ["A", "A-1", "A-1.1", "A-2", "A-2.1", "B"]),
        ({"A-1": "x", "A-1.1": "x", "A-1.2": "x"}, ["A", "A-2", "A-2.1", "B"]),
        ({"A-1": "x"}, ["A", "A-2", "A-2.1", "B"]),
        ({"B": "x"}, ["A", "A-1", "A-1.1", "A-1.2", "A-2", "A-2.1"]),
    ],
)
def test_units_come_in_the_order_of_the_plan_without_what_is_left_out(
    excluded: dict[str, str], units: list[str]
) -> None:
    inner = block("units", level="deed", blocks=[block("heading")])
    middle = block("units", level="goal", blocks=[block("heading"), inner])
    outer = block("units", level="area", blocks=[block("heading"), middle])
    assert keys([outer], replace(RECORD, excluded=excluded)) == [f"{unit}/heading" for unit in units]


def test_units_of_a_level_far_below_are_those_inside_only() -> None:
    one = block("units", level="deed", blocks=[block("heading")])
    found = list(paragraphs(RECORD, [one], TREE.units["A-2"]))
    assert [paragraph.unit for paragraph in found] == ["A-2.1"]


def test_a_document_is_its_blocks_in_order() -> None:
    assert keys(DOCUMENT, replace(RECORD, synthetic=True, excluded={"A-2.1": "x", "B": "y"}, rated=())) == [
        "notice",
        "preface",
        "A/heading",
        "A-1/heading",
        "A-1/notes/1",
        "A-1/notes/2",
        "A-1.1/heading",
        "A-1.1/reported",
        "A-1.1/answers/law",
        "A-1.1/answers/kind",
        "A-1.1/finding",
        "A-1.1/rating",
        "A-1.2/heading",
        "A-1.2/reported",
        "A-1.2/finding",
        "A-1.2/rating",
        "A-1.2/recommendation",
        "A-1/summary",
        "A-2/heading",
        "A-2/summary",
        "A-2.1/exclusions",
        "B/exclusions",
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"evidence": {}},
        {"totals": {"judged": 9, "left_out": 9, "answers": 9, "evidence": 9}},
        {"overrides": {"A-1.1/finding": ({"en": "Changed."}, [{"kind": "comment"}])}},
        {"conclusions": {**RECORD.conclusions, "A-1.1": Conclusion({"en": "Not so."}, "none", None, [])}},
        {"languages": ("en",)},
    ],
)
def test_the_key_of_a_paragraph_is_the_same_in_every_version_and_stands_once(change: dict[str, Any]) -> None:
    before = keys(DOCUMENT)
    assert len(set(before)) == len(before)
    assert keys(DOCUMENT, replace(RECORD, **change)) == before


def test_only_the_answers_themselves_are_gone_when_there_are_none() -> None:
    rest = [key for key in keys(DOCUMENT) if "/answers/" not in key]
    assert keys(DOCUMENT, replace(RECORD, answers={})) == rest


@pytest.mark.parametrize(("left_out", "pattern"), [(0, "told_whole"), (1, "preface")])
def test_a_coverage_has_a_sentence_of_its_own_where_nothing_is_left_out(left_out: int, pattern: str) -> None:
    record = replace(RECORD, totals={**RECORD.totals, "left_out": left_out})
    found = sure(block("coverage", "preface", without="told_whole"), None, record)
    assert (found.key, found.block) == (pattern, "coverage")
    assert found.text == record.say(pattern, record.totals)


def test_a_sentence_about_a_unit_has_its_pattern_in_its_key() -> None:
    assert sure(block("sentence", "preface"), "A-1").key == "A-1/preface"


COMMENT = {"kind": "comment", "number": 4}


@pytest.mark.parametrize(
    ("one", "unit"),
    [
        (block("reported", "told", without="silent"), "A-1.1"),
        (block("reported", "told", without="silent"), "A-2.1"),
        (block("finding"), "A-1.1"),
        (block("recommendation", "advice"), "A-1.2"),
    ],
)
def test_a_text_changed_for_a_comment_has_that_comment_as_its_last_source(one: Block, unit: str) -> None:
    before, key = sure(one, unit), f"{unit}/{one.block}"
    after = sure(one, unit, replace(RECORD, overrides={key: ({"en": "Changed."}, [COMMENT]), "other": ({}, [])}))
    assert after == replace(before, text={"en": "Changed."}, sources=[*before.sources, COMMENT])


@pytest.mark.parametrize(
    ("one", "unit"),
    [
        (block("heading"), "A-1.1"),
        (block("rating", "rated"), "A-1.1"),
        (block("summary", "summed"), "A-1"),
        (block("finding"), "A-1.2"),
    ],
)
def test_what_stands_elsewhere_is_not_changed(one: Block, unit: str) -> None:
    overrides = {"A-1.1/heading": ({"en": "X"}, [COMMENT]), "A-1.1/finding": ({"en": "X"}, [COMMENT])}
    assert sure(one, unit, replace(RECORD, overrides=overrides)) == sure(one, unit)


@pytest.mark.parametrize(
    ("official", "plan", "text"),
    [
        (LANGUAGES, LANGUAGES, {language: ("X", "Y") for language in LANGUAGES}),
        (("en", "fr"), LANGUAGES, {"en": ("X", "Y"), "fr": ("X", "Y")}),
        (("pt", "es"), ("es",), {"es": ("X", "Y")}),
        # no language has both: the first one, with each as it is
        (("es",), ("pt",), {"en": ("X", "Y")}),
    ],
)
def test_a_sentence_stands_in_the_languages_that_all_of_it_has(
    official: Sequence[str], plan: Sequence[str], text: dict[str, tuple[str, str]]
) -> None:
    names = {**RECORD.names, "official": dict.fromkeys(official, "X"), "plan": dict.fromkeys(plan, "Y")}
    found = sure(block("sentence", "preface"), None, replace(RECORD, names=names))
    assert found.text == {
        language: f"{language}: {one} in 7th round, 3 of {other}, 0, 2, 2" for language, (one, other) in text.items()
    }


def test_a_language_that_only_an_unused_field_lacks_is_not_left_out() -> None:
    record = replace(RECORD, names={**RECORD.names, "official": {"en": "X"}})
    assert list(sure(block("reported", "told", without="silent"), "A-1.1", record).text) == list(LANGUAGES)


def test_every_sentence_of_the_real_document_stands_in_all_four_languages() -> None:
    for paragraph in paragraphs(real_record(), report_of(real_method()).documents["national_report"].blocks):
        if paragraph.block not in {"heading", "notes", "finding"}:  # the plan's and the experts' own words
            assert list(paragraph.text) == list(LANGUAGES)


def test_every_paragraph_has_sources_and_one_about_a_unit_has_it_first() -> None:
    for paragraph in paragraphs(replace(RECORD, synthetic=True, excluded={"B": "y"}), DOCUMENT):
        assert paragraph.sources
        if paragraph.unit is not None:
            level = TREE.units[paragraph.unit].level
            assert paragraph.block == "answers" or paragraph.sources[0] == {"kind": level, "code": paragraph.unit}
            assert paragraph.key.startswith(f"{paragraph.unit}/{paragraph.block}")


def test_braces_in_what_people_wrote_are_no_fields() -> None:
    conclusions = {"A-1.2": Conclusion({"en": "{x}"}, "begun", {"en": "{state} {0} {"}, [])}
    record = replace(RECORD, conclusions=conclusions, excluded={"B": "{round} }"})
    assert sure(block("recommendation", "advice"), "A-1.2", record).text["en"] == "en: advice: {state} {0} {"
    assert sure(block("finding"), "A-1.2", record).text == {"en": "{x}"}
    assert sure(block("exclusions", "omitted"), None, record).text["en"] == "en: B: {round} }"


@pytest.mark.parametrize(
    ("code", "language", "label"),
    [
        ("yes", "es", "sí"),
        ("old", "es", "Vieja"),
        ("old", "fr", "Old"),
        ("no", "pt", "Own no"),
        ("no", "en", "Own no"),
        ("new", "en", "Nouvelle"),
        ("new", "pt", "Nova"),
        ("unheard_of", "es", "unheard_of"),
    ],
)
def test_a_label_is_the_one_of_the_question_else_of_the_report_in_the_language_or_another_else_the_code(
    code: str, language: str, label: str
) -> None:
    options = {"old": {"en": "Old", "es": "Vieja"}, "no": {"pt": "Own no"}, "new": {"pt": "Nova", "fr": "Nouvelle"}}
    assert RECORD.label(code, options, language) == label


def real_record(synthetic: bool = True) -> Record:
    """A record of the real plan, report and scale in which every action has a conclusion."""
    tree, method = real_tree(), real_method()
    source = {"kind": "conclusion", "unit": "IS-1.1", "version": 1}
    against = Dissent("CHL", dict.fromkeys(LANGUAGES, "Chile"), dict.fromkeys(LANGUAGES, "Not so."))
    concluded = Conclusion({"en": "So."}, "started", dict.fromkeys(LANGUAGES, "Do."), [source], [against])
    return Record(
        report=report_of(method),
        languages=method.mechanism.languages,
        tree=tree,
        scale=method.scale("sixth_round"),
        synthetic=synthetic,
        origin=ORIGIN,
        names={name: dict.fromkeys(LANGUAGES, name) for name in NAMED},
        excluded={"IC-5.3": "Later."},
        rated=tree.at("action"),
        answers={"IS-1.1": [Given(ANY, 1, "So", None)]},
        evidence={},
        totals={"judged": 127, "left_out": 1, "answers": 0, "evidence": 0},
        conclusions={unit.code: concluded for unit in tree.at("action") if unit.code != "IC-5.3"},
    )


def test_the_real_document_uses_every_kind_of_block_and_its_keys_stand_once() -> None:
    found = list(paragraphs(real_record(), report_of(real_method()).documents["national_report"].blocks))
    assert {paragraph.block for paragraph in found} == set(KINDS) - {"units"}
    assert len({paragraph.key for paragraph in found}) == len(found)
    counted = {kind: sum(paragraph.block == kind for paragraph in found) for kind in ("heading", "rating", "summary")}
    assert counted == {"heading": 5 + 30 + 127, "rating": 127, "summary": 30}


def test_the_real_document_leaves_no_field_unfilled_in_any_language() -> None:
    for paragraph in paragraphs(real_record(), report_of(real_method()).documents["national_report"].blocks):
        for language, text in paragraph.text.items():
            assert text.strip(), (paragraph.key, language)
            assert not [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def test_a_kind_of_block_names_the_fields_that_its_sentences_may_use() -> None:
    assert {"state", "the_state", "official", "round", "plan"} == NAMED
    assert all(kind.fields >= NAMED for kind in KINDS.values() if kind.fields)
    assert {name: kind.fields - NAMED for name, kind in KINDS.items() if kind.fields} == {
        "sentence": {"judged", "left_out", "answers", "evidence"},
        "coverage": {"judged", "left_out", "answers", "evidence"},
        "synthetic_notice": set(),
        "reported": {"evidence"},
        "answers": {"question", "answer"},
        "rating": {"rating"},
        "dissents": {"voice", "text"},
        "recommendation": {"text"},
        "summary": {"unit", "counts"},
        "exclusions": {"unit", "reason"},
    }


def test_a_kind_of_block_names_the_keys_that_it_takes_and_has_fields_exactly_where_it_has_sentences() -> None:
    assert {name: set(kind.takes) for name, kind in KINDS.items()} == {
        "sentence": {"pattern"},
        "coverage": {"pattern", "without"},
        "synthetic_notice": {"pattern"},
        "units": {"level", "blocks"},
        "heading": set(),
        "notes": set(),
        "reported": {"pattern", "without"},
        "answers": {"pattern"},
        "finding": set(),
        "rating": {"pattern"},
        "dissents": {"pattern"},
        "recommendation": {"pattern"},
        "summary": {"pattern"},
        "exclusions": {"pattern"},
    }
    assert all(bool(kind.fields) is ("pattern" in kind.takes) for kind in KINDS.values())


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        # no language has both labels: the first one, with each label as it is
        (({"en": "Old"}, {"es": "Nueva"}), {"en": "en: Which? Old."}),
        (({"en": "Old", "fr": "Vieille"}, {"fr": "Nouvelle"}), {"fr": "fr: Lequel ? Vieille."}),
        (({"pt": "Velha"}, {"pt": "Nova"}), {"en": "en: Which? Velha."}),
    ],
)
def test_choices_that_share_no_language_do_not_stop_a_report(
    labels: tuple[dict[str, str], dict[str, str]], text: dict[str, str]
) -> None:
    choices = [{"code": code, "label": label} for code, label in zip(("old", "new"), labels, strict=True)]
    which = Question.model_validate({**KIND.question.model_dump(), "choices": choices})
    asked = Form(FORM.head, [Section(area="A", questions=[which])])
    (found,) = answers(Given(asked.asked["kind"], 1, "old", None))
    assert found.text == text
