"""Does a state attach its evidence and answer all that it must, by the answers it gave before, and nothing else?"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from tests.demo import runs
from tests.demo.runs import Served

from mem.demo.answering import answer_questionnaire, attach_evidence
from mem.demo.driver import run
from mem.demo.stage import Evaluation, Persona, Stage

ENTITY, MINISTRY = "national_coordinating_entity", "ministry_contributor"


@pytest.fixture(scope="module")
def stage(served: Served) -> Stage:
    """Five states asked to answer, none of which has done anything; the first answers question by question."""
    script = {**served.script, "not_participating": {}, "stop": {"round": ["evaluation"]}}
    found = runs.set_out(served, script, "answering", states=5)
    run(found, runs.silent)
    return found


def entity(stage: Stage, evaluation: Evaluation) -> Persona:
    found = stage.one(ENTITY, evaluation.state)
    assert found is not None
    return found


def listed(stage: Stage, evaluation: Evaluation, what: str) -> list[dict[str, Any]]:
    """The answers or the evidence of an evaluation, as its own state reads them."""
    found: list[dict[str, Any]] = entity(stage, evaluation).caller.get(f"{evaluation.path}/{what}")[what]
    return found


def questions(stage: Stage, evaluation: Evaluation) -> dict[str, dict[str, Any]]:
    asked = entity(stage, evaluation).caller.get(f"{evaluation.path}/questionnaire")["questions"]
    return {question["key"]: question for question in asked}


def rated(stage: Stage, evaluation: Evaluation) -> set[str]:
    units = entity(stage, evaluation).caller.get(f"{evaluation.path}/method")["units"]
    return {unit["code"] for unit in units if unit["rated"]}


def blockers(stage: Stage, evaluation: Evaluation) -> list[str]:
    """What stands against submitting, as the state itself is told."""
    found = entity(stage, evaluation).caller.get(f"{evaluation.path}/transitions")["transitions"]
    (submit,) = [one for one in found if one["trigger"] == "submit_answers"]
    return [blocker["code"] for blocker in submit["blockers"]]


@pytest.fixture(scope="module")
def answered(stage: Stage) -> Stage:
    """The first two states have answered all that they must."""
    for evaluation in stage.evaluations[:2]:
        assert set(blockers(stage, evaluation)) == {"answer_missing"}
        answer_questionnaire(stage, entity(stage, evaluation), evaluation, {})
    return stage


@pytest.mark.parametrize("number", [0, 1], ids=["one by one", "in bulk"])
def test_nothing_that_is_required_is_missing_afterwards(answered: Stage, number: int) -> None:
    assert blockers(answered, answered.evaluations[number]) == []


@pytest.mark.parametrize("number", [0, 1], ids=["one by one", "in bulk"])
def test_every_question_is_answered_once_and_only_what_is_asked_is(answered: Stage, number: int) -> None:
    evaluation = answered.evaluations[number]
    answers, asked = listed(answered, evaluation, "answers"), questions(answered, evaluation)
    assert {one["version"] for one in answers} == {1}
    assert {key for key, one in asked.items() if one["shown_if"] is None} <= {one["question"] for one in answers}
    assert len(answers) == answered.by_state[evaluation.state]["answers"]
    conditional = {key for key, one in asked.items() if one["shown_if"] is not None}
    given = {one["question"] for one in answers}
    assert conditional & given, "some condition is met"
    assert conditional - given, "and some is not"


def test_a_question_that_asks_for_a_document_is_answered_with_evidence_on_its_units(answered: Stage) -> None:
    found: list[int] = []
    for evaluation in answered.evaluations[:2]:
        asked = questions(answered, evaluation)
        evidence = {one["id"]: one for one in listed(answered, evaluation, "evidence")}
        for answer in listed(answered, evaluation, "answers"):
            question = asked[answer["question"]]
            if question["type"] == "document" and answer["value"] is not None:
                (document,) = answer["value"]
                assert set(evidence[document]["units"]) == set(question["units"])
                found.append(len(question["units"]))
    assert max(found) == 2


def test_a_contributor_answers_only_its_part_and_the_entity_the_rest(stage: Stage) -> None:
    evaluation = stage.evaluations[2]
    ministry = stage.one(MINISTRY, evaluation.state)
    assert ministry is not None
    answer_questionnaire(stage, ministry, evaluation, {"only": ["IC-1"]})
    asked = questions(stage, evaluation)
    part = {key for key, one in asked.items() if one["shown_if"] is None and one["units"][0].startswith("IC-1")}
    assert {one["question"] for one in listed(stage, evaluation, "answers")} == part
    answer_questionnaire(stage, entity(stage, evaluation), evaluation, {})
    by = {one["question"]: one["by"] for one in listed(stage, evaluation, "answers")}
    assert {key for key, person in by.items() if person == ministry.person} == part
    assert {person for key, person in by.items() if key not in part} == {entity(stage, evaluation).person}
    assert blockers(stage, evaluation) == []


@pytest.fixture(scope="module")
def attached(stage: Stage) -> Stage:
    """The fourth state has attached evidence to all that is judged, the fifth to nothing of it."""
    for evaluation, share in zip(stage.evaluations[3:], (1.0, 0.0), strict=True):
        attach_evidence(stage, entity(stage, evaluation), evaluation, {"share": share})
    return stage


@pytest.mark.parametrize(("number", "all_or_none"), [(3, True), (4, False)])
def test_evidence_is_attached_to_the_share_of_the_judged_units_and_one_file_besides(
    attached: Stage, number: int, all_or_none: bool
) -> None:
    evaluation = attached.evaluations[number]
    pieces = listed(attached, evaluation, "evidence")
    units = Counter(unit for one in pieces if one["kind"] == "link" for unit in one["units"])
    assert units == Counter(rated(attached, evaluation) if all_or_none else [])
    assert len([one for one in pieces if one["kind"] == "file"]) == 1
    assert attached.by_state[evaluation.state]["evidence"] == len(pieces)


def test_each_link_is_another_address_of_a_synthetic_document(attached: Stage) -> None:
    links = [one for one in listed(attached, attached.evaluations[3], "evidence") if one["kind"] == "link"]
    assert len({one["url"] for one in links}) == len(links)
    assert {one["title"].startswith("Synthetic ") for one in links} == {True}
    assert {one["url"].startswith("https://example.org/synthetic/") for one in links} == {True}


def test_what_the_cycle_leaves_out_is_not_answered(served: Served) -> None:
    (cycle,) = served.script["round"]["cycles"]
    round_ = {**served.script["round"], "cycles": [{**cycle, "excluded": [{"unit": "IC-1", "reason": "Synthetic."}]}]}
    script = {**served.script, "round": round_, "not_participating": {}, "stop": {"round": ["evaluation"]}}
    stage = runs.set_out(served, script, "left-out")
    run(stage, runs.silent)
    evaluation = stage.evaluations[0]
    answer_questionnaire(stage, entity(stage, evaluation), evaluation, {})
    about = {questions(stage, evaluation)[one["question"]]["units"][0] for one in listed(stage, evaluation, "answers")}
    assert blockers(stage, evaluation) == []
    assert {unit.partition(".")[0] for unit in about} == {"IC-2", "IC-3", "IC-4", "IC-5"}
