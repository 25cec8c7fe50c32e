"""Is exactly what is still missing told, with its unit and its question?"""

from __future__ import annotations

from typing import Any

import pytest
from tests.methods_of import real_form, real_tree

from mem.answers.rules import missing
from mem.core.errors import Reason
from mem.questionnaires.definition import Form, Question, Questionnaire, Section


def question(key: str, *units: str, **more: Any) -> Question:
    return Question.model_validate({"key": key, "units": units, "type": "yes_no", "text": {"en": f"{key}?"}, **more})


FORM = Form(
    Questionnaire.model_validate(
        {"questionnaire": "q", "version": 1, "plan": "p", "title": {"en": "Q"}, "years": [2016], "sections": ["A"]}
    ),
    [
        Section(
            area="A",
            questions=[
                question("law", "A-1.1"),
                question("law_works", "A-1.1", shown_if="law == true"),
                question("plan", "A-1.2", "A-1.3"),
                question("remark", "A-1.2", required=False),
                question("plan_works", "A-1.3", "A-1.2", shown_if="plan == false && law_works == false"),
            ],
        )
    ],
)
LAW, PLAN = "A-1.1 law", "A-1.2 plan"
LAW_WORKS, PLAN_WORKS = "A-1.1 law_works", "A-1.3 plan_works"


@pytest.mark.parametrize(
    ("values", "not_applicable", "out", "where"),
    [
        ({}, set(), set(), [LAW, PLAN]),
        ({"law": False}, set(), set(), [PLAN]),
        ({"law": False, "plan": False}, set(), set(), []),
        ({"law": True, "plan": False}, set(), set(), [LAW_WORKS]),
        ({"law": True, "law_works": True, "plan": False}, set(), set(), []),
        ({"law": True, "law_works": False, "plan": False}, set(), set(), [PLAN_WORKS]),
        ({"law": True, "law_works": False, "plan": False, "plan_works": True}, set(), set(), []),
        # an answer that is hidden does not make others required
        ({"law": False, "law_works": False, "plan": False}, set(), set(), []),
        # what is not required is never missing
        ({"law": False, "plan": True, "remark": True}, set(), set(), []),
        # a reason why it does not apply is as good as a value, and hides what depends on the value
        ({}, {"law"}, set(), [PLAN]),
        ({}, {"law", "plan"}, set(), []),
        ({"law": True, "plan": False}, {"law_works"}, set(), []),
        ({}, {"remark"}, set(), [LAW, PLAN]),
        ({}, {"unheard_of"}, set(), [LAW, PLAN]),
        # units that the cycle leaves out
        ({}, set(), {"A-1.1"}, [PLAN]),
        ({"law": True, "plan": False}, set(), {"A-1.1"}, []),
        ({}, set(), {"A-1.2"}, [LAW, "A-1.3 plan"]),
        ({}, set(), {"A-1.3"}, [LAW, PLAN]),
        ({}, set(), {"A-1.2", "A-1.3"}, [LAW]),
        ({}, set(), {"A-1.1", "A-1.2", "A-1.3"}, []),
        ({"law": True, "law_works": False, "plan": False}, set(), {"A-1.3"}, ["A-1.2 plan_works"]),
        ({}, set(), {"B-1"}, [LAW, PLAN]),
    ],
)
def test_what_is_missing_is_what_is_required_and_shown_and_has_neither_a_value_nor_a_reason(
    values: dict[str, Any], not_applicable: set[str], out: set[str], where: list[str]
) -> None:
    found = missing(FORM, values, not_applicable, out)
    assert found == [Reason("answer_missing", "A required answer is missing.", about=place) for place in where]


@pytest.mark.parametrize("value", [False, 0, "", [], {}])
def test_a_value_that_is_false_or_empty_is_given_all_the_same(value: Any) -> None:
    assert LAW not in [reason.about for reason in missing(FORM, {"law": value}, (), ())]


def test_with_nothing_answered_every_action_of_the_real_plan_misses_something() -> None:
    missed = [str(reason.about).split() for reason in missing(real_form(), {}, (), ())]
    assert {unit for unit, _ in missed} == {unit.code for unit in real_tree().at("action")}
    assert len({key for _, key in missed}) == len(missed)


def test_with_every_action_left_out_the_real_questionnaire_misses_nothing() -> None:
    out = {unit.code for unit in real_tree().at("action")}
    assert missing(real_form(), {}, (), out) == []
    assert [reason.about for reason in missing(real_form(), {}, (), out - {"IS-1.1"})] == ["IS-1.1 is_1_1"]


def test_when_no_question_applies_nothing_is_missing() -> None:
    assert missing(real_form(), {}, set(real_form().asked), ()) == []
