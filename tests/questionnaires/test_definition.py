"""Which questions are shown, in which order are conditions judged, and what is frozen with an answer?"""

from __future__ import annotations

from typing import Any

import pytest
from tests.methods_of import real_form, real_method, real_tree

from mem.core.canonical import digest_of
from mem.expressions import names
from mem.questionnaires.definition import Form, Question, Questionnaire, Section, form_of
from mem.questionnaires.types import TYPES


def question(key: str, shown_if: str | None = None, kind: str = "yes_no", **more: Any) -> Question:
    return Question.model_validate(
        {"key": key, "units": ["A-1.1"], "type": kind, "text": {"en": f"{key}?"}, "shown_if": shown_if, **more}
    )


def form(*questions: Question) -> Form:
    head = {
        "questionnaire": "q",
        "version": 1,
        "plan": "p",
        "title": {"en": "Q"},
        "years": [2016, 2017],
        "sections": ["A"],
    }
    return Form(Questionnaire.model_validate(head), [Section(area="A", questions=list(questions))])


CHOICES = [{"code": code, "label": {"en": code}} for code in ("x", "y", "none")]
BRANCHES = form(
    question("law"),
    question("law_name", "law == true", kind="text"),
    question("plan", "law == false", kind="text"),
    question("kinds", "law == true", kind="multi_choice", choices=CHOICES),
    question("kinds_x", "'x' in kinds"),
    question("kinds_x_why", "kinds_x == false || 'y' in kinds", kind="text"),
    question("staff", kind="integer"),
    question("many", "staff > 100 && law == true"),
)
ALWAYS = {"law", "staff"}


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({}, set()),
        ({"law": True}, {"law_name", "kinds"}),
        ({"law": False}, {"plan"}),
        ({"law": True, "kinds": ["x"]}, {"law_name", "kinds", "kinds_x"}),
        ({"law": True, "kinds": ["y"]}, {"law_name", "kinds", "kinds_x_why"}),
        ({"law": True, "kinds": ["x", "y"]}, {"law_name", "kinds", "kinds_x", "kinds_x_why"}),
        ({"law": True, "kinds": ["x"], "kinds_x": False}, {"law_name", "kinds", "kinds_x", "kinds_x_why"}),
        ({"law": True, "kinds": ["x"], "kinds_x": True}, {"law_name", "kinds", "kinds_x"}),
        ({"law": True, "kinds": ["none"]}, {"law_name", "kinds"}),
        ({"law": True, "staff": 101}, {"law_name", "kinds", "many"}),
        ({"law": True, "staff": 100}, {"law_name", "kinds"}),
        ({"staff": 101}, set()),
        ({"law": None}, set()),
        ({"law": "true"}, set()),
        ({"unheard_of": True}, set()),
    ],
)
def test_a_question_is_shown_when_its_condition_holds(values: dict[str, Any], shown: set[str]) -> None:
    assert BRANCHES.shown(values) == ALWAYS | shown


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"law": False, "kinds": ["x"]}, {"plan"}),
        ({"law": False, "kinds": ["x"], "kinds_x": False}, {"plan"}),
        ({"kinds": ["x", "y"], "kinds_x": False}, set()),
        ({"law": True, "kinds": ["none"], "kinds_x": False}, {"law_name", "kinds"}),
    ],
)
def test_the_answer_to_a_hidden_question_does_not_count(values: dict[str, Any], shown: set[str]) -> None:
    before = dict(values)
    assert BRANCHES.shown(values) == ALWAYS | shown
    assert values == before


def test_a_question_may_depend_on_one_that_comes_later() -> None:
    later = form(
        question("first", "second == true"), question("second", "third == true"), question("third"), question("fourth")
    )
    assert later.shown({"third": True, "second": True}) == {"first", "second", "third", "fourth"}
    assert later.shown({"third": False, "second": True}) == {"third", "fourth"}


def test_conditions_are_judged_in_the_order_of_need() -> None:
    later = form(
        question("a", "b == true && d == true"), question("b", "c == true"), question("c"), question("d", "c == false")
    )
    order = later._in_order_of_need
    assert sorted(order) == ["a", "b", "c", "d"]
    assert order.index("c") < order.index("b") < order.index("a")
    assert order.index("c") < order.index("d") < order.index("a")


def test_in_the_real_questionnaire_every_condition_comes_after_what_it_needs() -> None:
    real = real_form()
    order = {key: place for place, key in enumerate(real._in_order_of_need)}
    assert set(order) == set(real.asked)
    for key, asked in real.asked.items():
        assert all(order[needed] < order[key] for needed in names(asked.question.shown_if or "true"))


def test_with_nothing_answered_the_real_questionnaire_shows_what_has_no_condition() -> None:
    real = real_form()
    assert real.shown({}) == {key for key, asked in real.asked.items() if asked.question.shown_if is None}


@pytest.mark.parametrize(
    ("values", "shown", "hidden"),
    [
        ({}, {"is_1_1"}, {"is_1_1_name", "is_1_1_coordination"}),
        ({"is_1_1": True}, {"is_1_1_name", "is_1_1_year"}, {"is_1_1_coordination"}),
        ({"is_1_1": False}, {"is_1_1_coordination"}, {"is_1_1_name", "is_1_1_year"}),
        ({"is_2_1": ["use_studies"]}, {"is_2_1_use"}, set()),
        ({"is_2_1": ["none"]}, set(), {"is_2_1_use"}),
        ({"is_2_4": "extended"}, {"is_2_4_document"}, set()),
        ({"is_2_4": "expired"}, set(), {"is_2_4_document"}),
    ],
)
def test_the_real_questionnaire_branches(values: dict[str, Any], shown: set[str], hidden: set[str]) -> None:
    found = real_form().shown(values)
    assert shown <= found
    assert not hidden & found


def test_a_question_knows_the_shape_of_its_answers() -> None:
    rows = [{"code": "men", "label": {"en": "Men"}}]
    asked = form(
        question("choice", kind="single_choice", choices=CHOICES), question("table", kind="table_by_year", rows=rows)
    ).asked
    assert asked["choice"].shape.choices == ("x", "y", "none")
    assert asked["table"].shape.rows == ("men",)
    assert asked["table"].shape.years == (2016, 2017)
    assert asked["table"].type is TYPES["table_by_year"]


def test_the_faults_of_a_value_are_those_of_its_type_and_shape() -> None:
    asked = form(question("choice", kind="single_choice", choices=CHOICES)).asked["choice"]
    assert asked.faults("x") == []
    assert [fault.code for fault in asked.faults("z")] == ["wrong_value"]


def test_the_questions_of_a_unit_come_in_order_and_one_question_may_be_about_several() -> None:
    both = form(question("one", units=["B", "A"]), question("two", units=["A"]), question("three", units=["B"]))
    found = {unit: [asked.question.key for asked in questions] for unit, questions in both.by_unit.items()}
    assert found == {"B": ["one", "three"], "A": ["one", "two"]}


PLAIN = question("law", help={"en": "Which?"})


@pytest.mark.parametrize(
    "other",
    [
        question("law2", help={"en": "Which?"}),
        question("law", help={"en": "Which one?"}),
        question("law", help=None),
        question("law", help={"en": "Which?"}, text={"en": "law ?"}),
        question("law", help={"en": "Which?"}, text={"en": "law?", "es": "¿ley?"}),
        question("law", help={"en": "Which?"}, kind="text"),
        question("law", help={"en": "Which?"}, required=False),
        question("law", help={"en": "Which?"}, units=["A-1.2"]),
        question("law", "other == true", help={"en": "Which?"}),
    ],
)
def test_the_digest_frozen_with_an_answer_changes_with_anything_of_the_question(other: Question) -> None:
    def digest(asked: Question) -> str:
        return form(asked).asked[asked.key].digest

    assert digest(other) != digest(PLAIN)
    assert digest(PLAIN) == digest(question("law", help={"en": "Which?"}))


def test_the_digest_is_the_one_of_the_whole_question_and_does_not_depend_on_its_neighbours() -> None:
    alone, among = form(PLAIN), form(question("before"), PLAIN, question("after"))
    assert alone.asked["law"].digest == among.asked["law"].digest == digest_of(PLAIN.model_dump(mode="json"))


def test_the_digests_of_the_real_questions_all_differ() -> None:
    digests = [asked.digest for asked in real_form().asked.values()]
    assert len(set(digests)) == len(digests)


def test_the_questionnaire_of_a_method_is_found_by_its_code_and_built_once() -> None:
    assert form_of(real_method(), "mem-7") is form_of(real_method(), "mem-7")
    with pytest.raises(LookupError, match="mem-8"):
        form_of(real_method(), "mem-8")


def test_every_action_of_the_real_plan_has_a_required_question_that_is_always_shown() -> None:
    always = {
        unit
        for asked in real_form().asked.values()
        if asked.question.required and asked.question.shown_if is None
        for unit in asked.question.units
    }
    actions = [unit.code for unit in real_tree().at("action")]
    assert len(actions) == 128
    assert [code for code in actions if code not in always] == []


def test_the_real_questionnaire_uses_every_type() -> None:
    assert {asked.type.name for asked in real_form().asked.values()} == set(TYPES)


def test_every_text_of_the_real_questionnaire_is_there_in_english_and_spanish() -> None:
    assert {"en", "es"} <= set(real_form().head.title)
    for asked in real_form().asked.values():
        said = asked.question
        texts = [said.text, said.help, said.unit, *(option.label for option in (*said.choices, *said.rows))]
        assert all({"en", "es"} <= set(text) for text in texts if text is not None), said.key


def test_no_choice_or_row_of_the_real_questionnaire_has_its_code_twice() -> None:
    for asked in real_form().asked.values():
        for codes in (asked.shape.choices, asked.shape.rows):
            assert len(set(codes)) == len(codes), asked.question.key


def test_every_section_asks_about_its_own_area_in_the_order_of_the_plan() -> None:
    for name in real_form().head.sections:
        section = Section.model_validate(real_method().parts[f"questionnaires/mem-7/{name}.yaml"])
        assert section.area == name
        assert all(unit.startswith(f"{name}-") for asked in section.questions for unit in asked.units)
    assert real_form().head.sections == [unit.code for unit in real_tree().at("area")]
