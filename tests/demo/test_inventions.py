"""Does every invented answer fit its question, is it the same each time, and does it say that it is invented?"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from tests.demo.runs import script_of
from tests.methods_of import MEM, real_form

from mem.demo.inventions import BY_TYPE, invent
from mem.questionnaires.definition import Asked
from mem.questionnaires.types import TYPES

RULES = script_of(MEM)["inventions"]
ASKED = [one for one in real_form().asked.values() if one.type.name != "document"]
YEARS = real_form().head.years
SEEDS = range(60)


def invented(one: Asked, seed: int, rules: dict[str, Any] = RULES) -> dict[str, Any]:
    """What the demo says to a question, given as the server shows it."""
    return invent(one.question.model_dump(mode="json"), random.Random(f"{seed}:{one.question.key}"), rules, YEARS)


def values(kind: str) -> Iterator[tuple[Asked, Any]]:
    """Every value invented for the questions of a type."""
    for one in ASKED:
        if one.type.name == kind:
            for seed in SEEDS:
                answer = invented(one, seed)
                if "value" in answer:
                    yield one, answer["value"]


def test_every_type_but_the_document_is_invented_and_the_questionnaire_asks_each() -> None:
    assert BY_TYPE.keys() == TYPES.keys() - {"document"} == {one.type.name for one in ASKED}


@pytest.mark.parametrize("kind", sorted(BY_TYPE))
def test_every_invented_value_fits_its_question(kind: str) -> None:
    found = [(one.question.key, value, faults) for one, value in values(kind) if (faults := one.faults(value))]
    assert found == []


def test_an_answer_is_either_a_value_or_the_synthetic_reason_why_it_does_not_apply() -> None:
    answers = [invented(one, seed) for one in ASKED for seed in SEEDS]
    without = [answer for answer in answers if answer == {"not_applicable": RULES["not_applicable_reason"]}]
    assert all(answer.keys() == {"value"} for answer in answers if answer not in without)
    assert 0.02 < len(without) / len(answers) < 0.04


def test_the_same_chance_invents_the_same_and_another_one_otherwise() -> None:
    first, again, other = ([invented(one, seed) for one in ASKED] for seed in (1, 1, 2))
    assert first == again
    assert sum(one != two for one, two in zip(first, other, strict=True)) > len(ASKED) / 2


@pytest.mark.parametrize(("share", "said"), [(0.0, {False}), (0.7, {False, True}), (1.0, {True})])
def test_the_share_of_yes_is_that_of_the_script(share: float, said: set[bool]) -> None:
    yes_no = [one for one in ASKED if one.type.name == "yes_no"]
    rules = {**RULES, "not_applicable": 0, "yes": share}
    answers = [invented(one, seed, rules)["value"] for one in yes_no for seed in range(5)]
    assert set(answers) == said
    assert abs(sum(answers) / len(answers) - share) < 0.05


def test_a_choice_that_excludes_others_is_never_taken_with_them() -> None:
    offering = {one.question.key for one in ASKED if one.shape.exclusive}
    assert len(offering) > 0
    assert [v for one, v in values("multi_choice") if one.shape.exclusive & set(v) and len(v) > 1] == []


def test_choices_come_in_the_order_in_which_they_are_asked_and_every_other_one_is_taken_somewhere() -> None:
    taken: dict[str, set[str]] = {}
    for one, value in values("multi_choice"):
        assert value == [code for code in one.shape.choices if code in value]
        taken.setdefault(one.question.key, set()).update(value)
    for one in ASKED:
        if one.type.name == "multi_choice":
            assert taken[one.question.key] == set(one.shape.choices) - one.shape.exclusive


def test_a_table_gives_every_row_for_every_year() -> None:
    for one, value in values("table_by_year"):
        assert {row: list(cells) for row, cells in value.items()} == {
            row: [str(year) for year in YEARS] for row in one.shape.rows
        }


def test_no_year_lies_after_those_that_the_questionnaire_asks_about() -> None:
    years = [value for _, value in values("year")] + [int(value["date"][:4]) for _, value in values("legal_instrument")]
    assert max(years) == max(YEARS)


def test_every_invented_text_says_that_it_is_synthetic() -> None:
    texts = [value for _, value in values("text")] + [value["title"] for _, value in values("legal_instrument")]
    assert len(set(texts)) > 20
    assert [text for text in texts if "Synthetic" not in text] == []
