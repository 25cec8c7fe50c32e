"""Do experts judge only others, on what they may read, and does each comment get its answer?"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from tests.demo import runs
from tests.demo.runs import Served

from mem.assessments.models import ConclusionVersion, FindingVersion, Stance
from mem.demo.driver import Stuck, run
from mem.demo.judging import DISPOSITIONS, assign_experts, conclude, respond, speak, try_own_country
from mem.demo.stage import Evaluation, Stage
from mem.reports.models import Comment, Response
from mem.rounds.models import Assignment

BACK = (
    "record_non_participation", "return_for_clarification", "return_to_review", "reopen_consolidation", "send_back",
    "withdraw_from_round", "cancel",
)  # fmt: skip


def carried_on(stage: Stage, until: str) -> None:
    """Drive the evaluations until this trigger, which is not to be fired, is all that is left."""
    stage.script = {**stage.script, "avoid": [until, *BACK]}
    with pytest.raises(Stuck, match=until):
        run(stage, runs.silent)


@pytest.fixture(scope="module")
def reviewed(served: Served) -> Stage:
    """Four states, each judged by the experts of two others, and nothing concluded yet."""
    script = runs.changed(served.script, "country_evaluation", consolidation=[], revision=[])
    stage = runs.set_out(served, {**script, "not_participating": {}}, "judging", states=4)
    carried_on(stage, "send_draft")
    return stage


@pytest.fixture(scope="module")
def concluded(reviewed: Stage) -> Stage:
    """On the first evaluation whoever found otherwise dissents, on the others everybody agrees."""
    for evaluation in reviewed.evaluations:
        coordinator = reviewed.one("coordinator", evaluation.state)
        assert coordinator is not None
        conclude(reviewed, coordinator, evaluation, {})
        expert = reviewed.one("expert", evaluation.state)
        assert expert is not None
        speak(reviewed, expert, evaluation, {"dissent": 0.0 if evaluation.number else 1.0})
    return reviewed


@pytest.fixture(scope="module")
def commented(concluded: Stage) -> Stage:
    """Each country has commented, and nothing is answered yet."""
    carried_on(concluded, "finalise")
    return concluded


def test_each_evaluation_is_judged_by_two_other_states_and_each_state_judges_two(
    reviewed: Stage, served: Served
) -> None:
    pairs = runs.rows(served.database, Assignment.evaluation_state, Assignment.expert_state)
    assert [pair for pair in pairs if pair[0] == pair[1]] == []
    assert Counter(judged for judged, _ in pairs) == dict.fromkeys(reviewed.states, 2)
    assert Counter(expert for _, expert in pairs) == dict.fromkeys(reviewed.states, 2)


def test_the_experts_are_those_of_the_states_that_follow_in_the_list(reviewed: Stage, served: Served) -> None:
    pairs = runs.rows(served.database, Assignment.evaluation_state, Assignment.expert_state)
    first, second, third, last = reviewed.states
    assert {expert for judged, expert in pairs if judged == first} == {second, third}
    assert {expert for judged, expert in pairs if judged == last} == {first, second}


def test_no_more_experts_can_be_asked_for_than_there_are_others(reviewed: Stage) -> None:
    officer = reviewed.one("mem_unit")
    assert officer is not None
    with pytest.raises(Exception, match="assign"):
        assign_experts(reviewed, officer, reviewed.evaluations[0], {"number": 4})


def test_every_expert_finds_on_every_unit_from_answers_and_evidence_on_it(reviewed: Stage, served: Served) -> None:
    findings = runs.rows(served.database, FindingVersion.__table__)
    rated = _units(reviewed)
    assert Counter(one.assignment_id for one in findings) == dict.fromkeys(
        [one for (one,) in runs.rows(served.database, Assignment.id)], len(rated)
    )
    assert {one.unit for one in findings} == rated
    assert {citation.keys() <= {"answer", "version", "evidence"} for one in findings for citation in one.citations} == {
        True
    }
    assert [one.unit for one in findings if not one.citations] == []
    assert len({one.rating for one in findings}) > 1
    assert len(findings) == reviewed.counted["findings"]


def test_the_own_expert_was_refused_three_times_on_the_own_country(reviewed: Stage) -> None:
    assert reviewed.counted["refused"] == 3
    assert reviewed.by_state[reviewed.states[0]]["refused"] == 3


def test_an_expert_who_can_read_on_the_own_country_stops_the_demo(reviewed: Stage) -> None:
    """The expert tried here is one who was assigned, put in the place of the state's own."""
    evaluation = reviewed.evaluations[3]
    assigned = next(one for one in reviewed.everybody("expert") if one.state == reviewed.states[0])
    masked = Evaluation(evaluation.id, str(assigned.state), 0)
    with pytest.raises(RuntimeError, match="reached the own country"):
        try_own_country(reviewed, assigned, masked, {"states": 1})


def test_the_own_country_is_tried_on_as_many_states_as_the_script_says(reviewed: Stage) -> None:
    before = reviewed.counted["refused"]
    expert = reviewed.everybody("expert")[0]
    for evaluation in reviewed.evaluations:
        try_own_country(reviewed, expert, evaluation, {"states": 0})
    assert reviewed.counted["refused"] == before


def test_every_unit_is_concluded_once_and_voices_dissent_where_ratings_differ(concluded: Stage, served: Served) -> None:
    expert = runs.paired(served.database, Assignment.id, Assignment.expert_state)
    found: dict[tuple[Any, str], dict[str, str]] = {}
    for one in runs.rows(served.database, FindingVersion.__table__):
        found.setdefault((one.evaluation_id, one.unit), {})[expert[one.assignment_id]] = one.rating
    first = concluded.evaluations[0].id
    held: dict[tuple[Any, str], dict[str, bool]] = {}
    for said in runs.rows(served.database, Stance.__table__):
        held.setdefault((said.evaluation_id, said.unit), {})[expert[said.assignment_id]] = said.agrees
    dissenting = set()
    conclusions = runs.rows(served.database, ConclusionVersion.__table__, version=1)
    assert Counter((one.evaluation_id, one.unit) for one in conclusions) == dict.fromkeys(found, 1)
    for one in conclusions:
        ratings = found[one.evaluation_id, one.unit]
        against = {state for state, rating in ratings.items() if rating != one.rating}
        recorded = {state for state, agrees in held[one.evaluation_id, one.unit].items() if not agrees}
        assert held[one.evaluation_id, one.unit].keys() == ratings.keys()
        assert one.rating in ratings.values()
        assert recorded == (against if str(one.evaluation_id) == first else set())
        dissenting.update(recorded)
    assert dissenting


def test_a_recommendation_is_made_where_the_scale_demands_one_and_nowhere_else(
    concluded: Stage, served: Served
) -> None:
    evaluation = concluded.evaluations[0]
    coordinator = concluded.one("coordinator", evaluation.state)
    assert coordinator is not None
    scale = coordinator.caller.get(f"{evaluation.path}/method")["scale"]
    demanding = {value["code"] for value in scale if value["demands_recommendation"]}
    conclusions = runs.rows(served.database, ConclusionVersion.__table__, version=1)
    assert {one.rating in demanding for one in conclusions} == {True, False}
    assert all((one.recommendation is not None) == (one.rating in demanding) for one in conclusions)


def test_each_country_comments_on_as_many_paragraphs_as_the_script_says(commented: Stage, served: Served) -> None:
    comments = runs.rows(served.database, Comment.__table__)
    by_evaluation = Counter(str(one.evaluation_id) for one in comments)
    assert by_evaluation == dict.fromkeys([one.id for one in commented.evaluations], 6)
    assert len({(one.evaluation_id, one.paragraph) for one in comments}) == len(comments)
    assert {(one.paragraph.rpartition("/")[2], one.about) for one in comments} == {
        ("finding", "paragraph"),
        ("rating", "rating"),
    }


def test_every_comment_is_answered_in_turn_once_and_changes_what_is_accepted(commented: Stage, served: Served) -> None:
    coordinator = commented.one("coordinator", commented.evaluations[0].state)
    assert coordinator is not None
    for evaluation in commented.evaluations:
        own = commented.one("coordinator", evaluation.state)
        assert own is not None
        respond(commented, own, evaluation, {})
        respond(commented, own, evaluation, {})
    comments = {one.id: one for one in runs.rows(served.database, Comment.__table__)}
    responses = {one.comment_id: one for one in runs.rows(served.database, Response.__table__)}
    assert responses.keys() == comments.keys()
    assert commented.counted["responses"] == len(comments) == commented.counted["comments"]
    for comment in comments.values():
        response = responses[comment.id]
        accepted = response.disposition != "not_accepted"
        assert response.disposition == DISPOSITIONS[(comment.number - 1) % 3]
        assert (response.changed_rating is not None) == (accepted and comment.about == "rating")
        assert (response.changed_text is not None) == (accepted and comment.about == "paragraph")


def _units(stage: Stage) -> set[str]:
    evaluation = stage.evaluations[0]
    coordinator = stage.one("coordinator", evaluation.state)
    assert coordinator is not None
    units = coordinator.caller.get(f"{evaluation.path}/method")["units"]
    return {unit["code"] for unit in units if unit["rated"]}
