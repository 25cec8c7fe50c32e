"""Does a trigger lead where the definition says, from every stage of every real road, and nowhere else?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from threading import Barrier

import pytest
from tests.methods_of import real_method

from mem.core.errors import Reason
from mem.workflow.definition import Workflow
from mem.workflow.machine import Road

NAMES = ("round", "country_evaluation", "recommendation")
UNKNOWN = Reason("unknown_trigger", "This road has no such trigger.", "/trigger")


def every_pair(workflow: Workflow) -> dict[tuple[str, str], str | Reason]:
    """What the definition says of each stage and trigger."""
    said: dict[tuple[str, str], str | Reason] = {}
    for stage, trigger in product(workflow.stages, sorted({t.trigger for t in workflow.transitions})):
        found = workflow.transition(trigger, stage)
        wrong = Reason("wrong_stage", f"This is not possible in the stage '{stage}'.", "/trigger")
        said[stage, trigger] = found.leads(stage) if found else wrong
    return said


def test_the_real_roads_are_these() -> None:
    assert set(real_method().workflows) == set(real_method().roads) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_transition_of_a_real_road_fires_as_its_definition_says(name: str) -> None:
    workflow, road = real_method().workflows[name], Road(real_method().workflows[name])
    for transition in workflow.transitions:
        for stage in transition.from_:
            assert road.after(stage, transition.trigger) == (stage if transition.to == "same" else transition.to)


@pytest.mark.parametrize("name", NAMES)
def test_a_trigger_leads_nowhere_from_any_other_stage(name: str) -> None:
    workflow, road = real_method().workflows[name], Road(real_method().workflows[name])
    said = every_pair(workflow)
    assert {pair: road.after(*pair) for pair in said} == said
    assert any(isinstance(after, Reason) for after in said.values())


@pytest.mark.parametrize(
    "trigger", ["", "fly", "to_closed", "to_published", "trigger", "initial", "CLOSE", "may_close"]
)
@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_trigger_has_a_reason_of_its_own_in_every_stage(name: str, trigger: str) -> None:
    workflow, road = real_method().workflows[name], Road(real_method().workflows[name])
    assert {road.after(stage, trigger) for stage in workflow.stages} == {UNKNOWN}


@pytest.mark.parametrize("stage", ["", "nowhere", "Closed"])
@pytest.mark.parametrize("name", NAMES)
def test_a_stage_that_a_road_does_not_have_is_told_by_its_name(name: str, stage: str) -> None:
    workflow, road = real_method().workflows[name], Road(real_method().workflows[name])
    unknown = Reason("unknown_stage", f"This road has no stage '{stage}'.")
    assert {road.after(stage, transition.trigger) for transition in workflow.transitions} == {unknown}


def test_a_road_holds_no_subject_so_that_what_was_asked_before_does_not_matter() -> None:
    road = Road(real_method().workflows["round"])
    assert [road.after("preparation", "call_for_experts") for _ in range(3)] == ["designation"] * 3
    road.after("follow_up", "close")
    assert road.after("preparation", "call_for_experts") == "designation"


@pytest.mark.parametrize("name", NAMES)
def test_one_shared_road_answers_many_threads_at_once(name: str) -> None:
    said = every_pair(real_method().workflows[name])
    road, threads = Road(real_method().workflows[name]), 8
    pairs, ready = list(said), Barrier(8)

    def ask(number: int) -> int:
        ready.wait()
        wrong = 0
        for turn in range(20 * len(pairs)):
            pair = pairs[(turn * (2 * number + 1) + number) % len(pairs)]
            wrong += road.after(*pair) != said[pair]
        return wrong

    with ThreadPoolExecutor(threads) as pool:
        assert list(pool.map(ask, range(threads))) == [0] * threads
