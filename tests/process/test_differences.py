"""Is everything told in which two methods differ, each in its words, and nothing where they do not?"""

from __future__ import annotations

from typing import Any

import pytest
from tests.changed_methods import changed, with_a_stage, with_less_sight, with_more_days
from tests.methods_of import real_method

from mem.process.differences import between
from mem.workflow.difference import Change

FORM = "questionnaires/mem-7/IS.yaml"


def told(*changes: Any) -> list[tuple[str, str, str | None, str | None]]:
    return [
        (one.where, one.what, one.before, one.after) for one in between(real_method(), changed(real_method(), *changes))
    ]


def questions(parts: dict[str, Any]) -> None:
    first, second, *rest = parts[FORM]["questions"]
    new = {**first, "key": "is_new"}
    parts[FORM]["questions"] = [new, {**second, "required": not second.get("required", True)}, *rest]


def sentence(parts: dict[str, Any]) -> None:
    parts["report.yaml"]["sentences"]["rating"]["en"] = "It was rated: {rating}."


def scale(parts: dict[str, Any]) -> None:
    values = parts["scales.yaml"]["scales"]["sixth_round"]["values"]
    values[0]["rank"] = 9
    del values[1]


def role(parts: dict[str, Any]) -> None:
    parts["roles.yaml"]["roles"]["auditor"]["capabilities"] = []


def cycle(parts: dict[str, Any]) -> None:
    kind = parts["mechanism.yaml"]["cycles"]["evaluation"]
    kind["rated"], kind["excluded"] = "objective", [{"unit": "IS-1", "reason": "Elsewhere"}]


def plan(parts: dict[str, Any]) -> None:
    (found,) = (part for name, part in parts.items() if name.startswith("plans/"))
    found["units"][0]["text"]["en"] = "Otherwise"


def member(parts: dict[str, Any]) -> None:
    parts["states.yaml"]["members"][0]["until"] = "2030-01-01"


def title(parts: dict[str, Any]) -> None:
    parts["recommendation.yaml"]["stages"]["issued"]["title"]["en"] = "Given"


def region(parts: dict[str, Any]) -> None:
    parts["states.yaml"]["regions"][0]["names"]["en"] = "The North"


def file(parts: dict[str, Any]) -> None:
    parts["more.yaml"] = {"workflow_of": "nothing"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (questions, [("questionnaire mem-7", "question", "is_1_1", None),
                     ("questionnaire mem-7", "question", "is_1_1_name", "is_1_1_name"),
                     ("questionnaire mem-7", "question", None, "is_new")]),
        (sentence, [("reports", "sentence", "rating", "rating")]),
        (scale, [("scale sixth_round", "value", "completed", "completed"),
                 ("scale sixth_round", "value", "mostly_completed", None)]),
        (role, [("roles", "role", "auditor", "auditor")]),
        (cycle, [("cycle evaluation", "rated", "action", "objective"),
                 ("cycle evaluation", "unit left out", None, "IS-1")]),
        (plan, [("plan hemispheric-2016-2020", "unit", "IS", "IS")]),
        (member, [("members", "state", "ARG", "ARG")]),
        (with_more_days, [
            ("country_evaluation.country_comment", "deadline", "21 days, then deem_no_more_comments",
             "28 days, then deem_no_more_comments"),
            ("calendar", "days", "country_comment", "country_comment"),
        ]),
        (with_less_sight, [("country_evaluation.country_comment", "mem_unit sees", "comments", None)]),
        (with_a_stage, [
            ("country_evaluation", "stage", None, "legal_review"),
            ("country_evaluation.revision", "finalise leads to", "before_commission", "legal_review"),
        ]),
        (title, [("recommendation.yaml", "file", "recommendation.yaml", "recommendation.yaml")]),
        (region, [("states.yaml", "file", "states.yaml", "states.yaml")]),
        (file, [("more.yaml", "file", None, "more.yaml")]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_what_is_different_is_told_and_nothing_else(change: Any, expected: list[Any]) -> None:
    assert told(change) == expected


def test_a_method_does_not_differ_from_itself() -> None:
    assert between(real_method(), changed(real_method())) == []


def test_all_differences_are_told_both_ways() -> None:
    new = changed(real_method(), questions, scale, with_a_stage, file)
    there, back = between(real_method(), new), between(new, real_method())
    turned = {Change(one.where, one.what, one.after, one.before) for one in back}
    assert {*there} == turned
