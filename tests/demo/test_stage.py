"""Who plays whom, is chance the same in each run, and is nothing lost that is counted side by side?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mem.client import Caller, Server
from mem.demo.stage import Evaluation, Persona, Stage

NOBODY = Caller(Server("http://127.0.0.1:9"), "mem_none")
SCRIPT: dict[str, Any] = {"personas": {"officer": {}, "entity": {"each": "state"}, "coordinator": {"from_states": 2}}}


def a_stage(seed: int = 1) -> Stage:
    """Two states with an entity each, coordinators of both, and one officer of none."""
    cast = [("officer", None), ("entity", "BRB"), ("entity", "CHL"), ("coordinator", "BRB"), ("coordinator", "CHL")]
    personas = [Persona(f"{role} {state}", role, state, NOBODY) for role, state in cast]
    return Stage(SCRIPT, {}, seed, ["BRB", "CHL", "JAM"], frozenset(), personas)


@pytest.mark.parametrize(
    ("role", "state", "played_by"),
    [
        pytest.param("officer", None, "officer None", id="no state is concerned"),
        pytest.param("officer", "BRB", "officer None", id="somebody of no state acts on each"),
        pytest.param("entity", "CHL", "entity CHL", id="where each state has one, its own"),
        pytest.param("entity", "JAM", None, id="where each state has one, and this one has none"),
        pytest.param("entity", None, None, id="one of a state never acts where no state is concerned"),
        pytest.param("coordinator", "BRB", "coordinator CHL", id="the first is from that state: the second"),
        pytest.param("coordinator", "CHL", "coordinator BRB", id="the first, who is from another state"),
        pytest.param("coordinator", "JAM", "coordinator BRB", id="anybody will do: the first"),
        pytest.param("minister", "BRB", None, id="nobody plays it"),
    ],
)
def test_a_role_is_played_by_the_own_person_or_by_one_of_another_state(
    role: str, state: str | None, played_by: str | None
) -> None:
    found = a_stage().one(role, state)
    assert (found and found.person) == played_by


def test_everybody_of_a_role_comes_in_the_order_of_hiring() -> None:
    assert [one.state for one in a_stage().everybody("coordinator")] == ["BRB", "CHL"]
    assert a_stage().everybody("minister") == []


def test_chance_is_the_same_for_the_same_seed_and_subject_and_no_other() -> None:
    def drawn(seed: int, *what: object) -> float:
        return a_stage(seed).chance(*what).random()

    assert drawn(1, "answer", "BRB", "is_1_1") == drawn(1, "answer", "BRB", "is_1_1")
    others = [drawn(2, "answer", "BRB", "is_1_1"), drawn(1, "answer", "CHL", "is_1_1"), drawn(1, "answer", "BRB")]
    assert len({drawn(1, "answer", "BRB", "is_1_1"), *others}) == 4


def test_chance_does_not_depend_on_what_was_drawn_before() -> None:
    stage = a_stage()
    first = stage.chance("evidence", "BRB").random()
    stage.chance("comment", "CHL").random()
    assert stage.chance("evidence", "BRB").random() == first


def test_what_is_counted_side_by_side_is_counted_in_all_and_by_state() -> None:
    stage = a_stage()
    with ThreadPoolExecutor(8) as pool:
        for number in range(400):
            pool.submit(stage.count, "answers", 1 + number % 2, "BRB" if number % 4 else "CHL")
    stage.count("refused", 3)
    assert stage.counted == {"answers": 600, "refused": 3}
    assert stage.by_state == {"BRB": {"answers": 500}, "CHL": {"answers": 100}}


def test_an_evaluation_knows_its_address() -> None:
    assert Evaluation("e1", "BRB", 0).path == "/evaluations/e1"
